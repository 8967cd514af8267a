const sab=new SharedArrayBuffer(1<<20); const i32=new Int32Array(sab);globalThis[Symbol.for("refzero.arena")]=i32;
const D = await import("#shared/atomic/index");
const { initHeap } = await import("#shared/memory/heap");
const { allocate } = await import("#shared/memory/object");
const T = await import("#shared/task");
const { placeStats } = await import("#shared/stats");
const { placeViolations } = await import("#shared/violation");
const W = await import("#shared/sync/ww-mutex");
const C = await import("#shared/sync/ww-context");
const M = await import("#shared/sync/mutex");

D.bind(i32,{spinLimit:100,seed:1}); T.placeTasks(1024); placeStats(4096); placeViolations(5000); T.setCurrentTask(0);
const heap=initHeap(8192,100000,0);
const cls=allocate(heap,C.WwClass); C.wwClassInit(cls,"wait-die");
const lock=allocate(heap,W.WwMutex); W.wwMutexInit(lock,cls);
const m=allocate(heap,M.Mutex);
const ctx=allocate(heap,C.WwContext); C.wwAcquireInit(ctx,cls);
const F=8000;
function hl(){ if(Atomics.compareExchange(i32,F,0,1)!==0){ while(Atomics.exchange(i32,F,2)!==0)Atomics.wait(i32,F,2);} }
function hu(){ if(Atomics.exchange(i32,F,0)===2)Atomics.notify(i32,F,1);}
const N=5e6;
const fs={hand(n){for(let i=0;i<n;i++){hl();i32[F+100]++;hu();}},
 mutex(n){for(let i=0;i<n;i++){M.mutexLock(m);i32[F+100]++;M.mutexUnlock(m);}},
 ww0(n){for(let i=0;i<n;i++){W.wwMutexLock(lock,0);i32[F+100]++;W.wwMutexUnlock(lock);}},
 wwctx(n){for(let i=0;i<n;i++){W.wwMutexLock(lock,ctx);i32[F+100]++;W.wwMutexUnlock(lock);}}};
for(let r=0;r<3;r++)for(const k of (process.argv[2]||"").split(",")){const t=performance.now();fs[k](N);console.log(r,k,((performance.now()-t)*1e6/N).toFixed(1));}
