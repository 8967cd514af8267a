import { lock as futexLock, unlock as futexUnlock } from "../peers/futex-mutex.mjs";
import { rounds } from "../rounds.mjs";
import { SPARE, words, world } from "../world.mjs";

const { allocate } = await import("#shared/memory/object");
const { Mutex, mutexLock, mutexUnlock } = await import("#shared/sync/mutex");
const { WwClass, WwContext, wwAcquireInit, wwClassInit } = await import("#shared/sync/ww-context");
const { WwMutex, wwMutexInit, wwMutexLock, wwMutexUnlock } = await import("#shared/sync/ww-mutex");

/** lock, counter++, unlock, by one task: the hand-written futex mutex and one of ours, in turns. */
export default function measure({ kind }) {
  const heap = world();
  const wwClass = allocate(heap, WwClass);
  wwClassInit(wwClass, "wound-wait");
  const ww = allocate(heap, WwMutex);
  wwMutexInit(ww, wwClass);
  const mutex = allocate(heap, Mutex);
  const ctx = allocate(heap, WwContext);
  wwAcquireInit(ctx, wwClass);
  const counter = SPARE + 64;
  const ours = {
    mutex: (calls) => {
      for (let call = 0; call < calls; call++) {
        mutexLock(mutex);
        words[counter]++;
        mutexUnlock(mutex);
      }
    },
    alone: (calls) => {
      for (let call = 0; call < calls; call++) {
        wwMutexLock(ww, 0);
        words[counter]++;
        wwMutexUnlock(ww);
      }
    },
    context: (calls) => {
      for (let call = 0; call < calls; call++) {
        wwMutexLock(ww, ctx);
        words[counter]++;
        wwMutexUnlock(ww);
      }
    },
  };
  const byHand = (calls) => {
    for (let call = 0; call < calls; call++) {
      futexLock(words, SPARE);
      words[counter]++;
      futexUnlock(words, SPARE);
    }
  };
  return rounds({ byHand, ours: ours[kind] }, { calls: 300_000, count: 60 });
}
