import { type Addr, peek, type Step } from "#shared/atomic/index";
import { allocateWords } from "#shared/memory/object";
import {
  Completion,
  complete,
  completeAll,
  completionDone,
  DONE_FOR_ALL,
  reinitCompletion,
  tryWaitForCompletion,
  waitForCompletion,
  waitForCompletionInterruptible,
} from "#shared/sync/completion";
import type { Program } from "../program.ts";
import { append, entries, must, signal, until, untilAsleep } from "./helpers.ts";

/** What the tasks act out. */
export type Play = "one each" | "first come first served" | "all at once" | "interrupted" | "alone";

type Params = { tasks: number; rounds: number; play: Play };

const LOG = Completion.size;

/** Completions: counted, taken in turn, never lost. The completion is the root. */
const completions: Program<Params> = {
  name: "completions",

  *setup(heap) {
    return yield* allocateWords(heap, 1, LOG + 10);
  },

  *task(root, task, params) {
    switch (params.play) {
      case "one each":
        yield* oneEach(root, task, params);
        return 0;
      case "first come first served":
        yield* inTurn(root, task, params);
        return 0;
      case "all at once":
        yield* allAtOnce(root, task, params);
        return 0;
      case "interrupted":
        return yield* interrupted(root, task);
      case "alone":
        yield* alone(root);
        return 0;
    }
  },

  *check(root, params) {
    yield* completionDone(root);
    const { done, waitLock, waiters } = Completion.at;
    must(peek(root + waitLock) === 0, "the wait lock is still taken");
    must(peek(root + waiters) === 0, "somebody is still queued");
    const left = params.play === "all at once" ? DONE_FOR_ALL : 0;
    if (params.play !== "interrupted") must(peek(root + done) === left, `${peek(root + done)} left over`);
  },
};

export default completions;

/** Who took a completion, in order. */
export function whoTook(root: Addr): number[] {
  return entries(root + LOG);
}

/** Completions left. */
export function left(root: Addr): number {
  return peek(root + Completion.at.done);
}

function* oneEach(done: Addr, task: number, params: Params): Step<void> {
  const others = params.tasks - 1;
  for (let round = 0; round < params.rounds * (task === 0 ? others : 1); round++) {
    if (task === 0) yield* complete(done);
    else yield* waitForCompletion(done);
  }
}

function* inTurn(done: Addr, task: number, params: Params): Step<void> {
  if (task > 0) {
    if (task > 1) yield* untilAsleep(task - 1);
    yield* waitForCompletion(done);
    return yield* append(done + LOG, task);
  }
  for (let other = 1; other < params.tasks; other++) yield* untilAsleep(other);
  for (let other = 1; other < params.tasks; other++) {
    yield* complete(done);
    // One completion lets exactly one go.
    yield* until(done + LOG, other);
    must(peek(done + LOG) === other, "one completion let two go");
  }
}

function* allAtOnce(done: Addr, task: number, params: Params): Step<void> {
  if (task > 0) {
    yield* waitForCompletion(done);
    // For good: nobody ever waits again.
    return yield* waitForCompletion(done);
  }
  for (let other = 1; other < params.tasks; other++) yield* untilAsleep(other);
  yield* completeAll(done);
}

/** Task 1 waits, task 0 signals it, task 2 completes: the completion is taken or left, never lost. */
function* interrupted(done: Addr, task: number): Step<number> {
  if (task === 1) return yield* waitForCompletionInterruptible(done);
  if (task === 0) yield* signal(1);
  else yield* complete(done);
  return 0;
}

function* alone(done: Addr): Step<void> {
  must(!(yield* completionDone(done)), "done before anything was");
  must(!(yield* tryWaitForCompletion(done)), "took what was not there");
  yield* complete(done);
  yield* complete(done);
  must(yield* completionDone(done), "not done after complete");
  must(yield* tryWaitForCompletion(done), "could not take the first");
  yield* waitForCompletion(done);
  must(!(yield* completionDone(done)), "two completions were three");
  yield* completeAll(done);
  yield* complete(done);
  for (let turn = 0; turn < 3; turn++) must(yield* tryWaitForCompletion(done), "used up what is for all");
  yield* reinitCompletion(done);
  must(!(yield* completionDone(done)), "done after reinit");
}
