import { type Addr, load, peek, type Step, store } from "#shared/atomic/index";
import { allocateWords } from "#shared/memory/object";
import { Mutex, mutexLock, mutexUnlock } from "#shared/sync/mutex";
import type { Program } from "../program.ts";
import { until } from "./helpers.ts";

/** How a program can fail to come to an end. */
export type Play = "spins for ever" | "computes for ever" | "sleeps for ever" | "throws while others sleep";

type Params = { tasks: number; play: Play };

/** Programs that never end: what runs them must say so, and go on. */
const stuck: Program<Params> = {
  name: "stuck",

  *setup(heap) {
    return yield* allocateWords(heap, 1, 2 + Mutex.size);
  },

  *task(root, task, params) {
    switch (params.play) {
      case "spins for ever":
        return yield* until(root, 1);
      case "computes for ever":
        // Stepped: steps without end. On threads: a loop that never looks whether it is to stop.
        for (;;) yield* load(root);
      case "sleeps for ever":
        return yield* locks(root, false);
      case "throws while others sleep":
        yield* locks(root, task === 0);
    }
  },
};

export default stuck;

function* locks(root: Addr, throws: boolean): Step<void> {
  yield* mutexLock(root + 2);
  yield* store(root + 1, 1);
  if (!throws && peek(root + 1) === 0) yield* mutexUnlock(root + 2);
  if (throws) throw new Error("this task has had enough");
}
