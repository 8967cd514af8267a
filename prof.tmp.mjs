const K=1024, WW=272;
const sab=new SharedArrayBuffer((8192+K*WW+K)*4); const i32=new Int32Array(sab);globalThis[Symbol.for("refzero.arena")]=i32;
const D=await import("#shared/atomic/index"); const H=await import("#shared/memory/heap"); const T=await import("#shared/task");
const S=await import("#shared/stats"); const V=await import("#shared/violation");
const sc=(await import("#scenarios/shmem/free-vs-shrinker")).default; const R=await import("#shared/recorder/index");
D.bind(i32,{spinLimit:100,seed:1}); T.placeTasks(1024,2); S.placeStats(2048); V.placeViolations(300); T.setCurrentTask(0); R.placeRecorder(3000);
const p={design:process.argv[2]||"lock",mutant:"none",tasks:2}; const tasks=sc.tasks(p,"batch"); const roots=new Array(K);
let tl=0,tc=0,ts=0,tk=0; const B=+(process.argv[3]||300);
for(let b=0;b<B;b++){
 if(b===100){tl=tc=ts=tk=0}
 let t=performance.now(); for(let w=0;w<K;w++){const base=8192+w*WW;H.initHeap(base,WW,0);roots[w]=sc.setup(base,p,"batch");} let u=performance.now();tl+=u-t;
 T.setCurrentTask(1); t=performance.now();for(let w=0;w<K;w++)tasks[1].run(roots[w],p);u=performance.now();ts+=u-t; T.setCurrentTask(0);
 t=performance.now();for(let w=0;w<K;w++)tasks[0].run(roots[w],p);u=performance.now();tc+=u-t;
 t=performance.now();for(let w=0;w<K;w++)sc.check(roots[w],p,8192+w*WW);u=performance.now();tk+=u-t;
}
const n=(B-100)*K/1e6; console.log("ns: layout",(tl/n).toFixed(0),"scan",(ts/n).toFixed(0),"close",(tc/n).toFixed(0),"check",(tk/n).toFixed(0), "violations", i32[80]);
