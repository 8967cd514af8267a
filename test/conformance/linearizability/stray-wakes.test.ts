import { enterPrimitive, leavePrimitive } from "#shared/atomic/index";
import { unpark } from "#shared/sync/park";
import { WwMutex } from "#shared/sync/ww-mutex";
import { after } from "./after.ts";
import type { Spec } from "./checker.ts";
import type { Subject } from "./program.ts";
import { expectRight } from "./right.ts";
import { completionSpec } from "./specs/completion.ts";
import { mutexSpec } from "./specs/mutex.ts";
import { rwsemSpec } from "./specs/rwsem.ts";
import { waitQueueSpec } from "./specs/wait-queue.ts";
import { wwSpec } from "./specs/ww-mutex.ts";
import { completion, mutex, rwsem, waitQueue } from "./subjects.ts";
import { lockAt, wwSubject } from "./ww-subject.ts";

// A task has one word to sleep on, whatever it waits for: the late wake-up of another lock may hit it. With `nudge 1`
// some task wakes task 1 for nothing, which must not show.

type Pair<S> = [Subject, Spec<S>];

function nudged<S>([subject, spec]: Pair<S>, offset = 0, alias = 0): Pair<S> {
  return [
    {
      ...subject,
      operations: {
        ...subject.operations,
        *"nudge 1"(object) {
          enterPrimitive(object + offset, alias);
          yield* unpark(1);
          leavePrimitive();
        },
      },
    },
    {
      ...spec,
      actions: (state, call, action) =>
        call.name === "nudge 1" ? [{ state }] : spec.actions(state, call, action),
    },
  ];
}

expectRight("a stray wake-up on a mutex", ...nudged(after([[0, "lock"]], mutex, mutexSpec)), [
  "nudge 1, unlock | lock, unlock",
  "unlock | lock | nudge 1",
]);

expectRight("a stray wake-up on a rwsem", ...nudged(after([[0, "write"]], rwsem, rwsemSpec)), [
  "nudge 1, unwrite | read, unread",
  "nudge 1, unwrite | write, unwrite",
  "nudge 1, downgrade | read",
  "unwrite | write | nudge 1",
]);

expectRight("a stray wake-up on a completion", ...nudged([completion, completionSpec]), [
  "nudge 1, complete | wait",
  "complete | wait | nudge 1",
]);

expectRight("a stray wake-up on a wait queue", ...nudged([waitQueue, waitQueueSpec]), [
  "nudge 1, happen | await",
]);

for (const algorithm of ["wound-wait", "wait-die"] as const) {
  const locks = wwSubject(algorithm, ["A"]);
  const held = after([[0, "lock A"]], locks, wwSpec(algorithm, ["A"]));
  const pair = nudged(held, lockAt(0, 0), WwMutex.at.wwClass);
  expectRight(`${algorithm}: a stray wake-up on a ww-mutex`, ...pair, [
    "nudge 1, unlock A | lock A, unlock A",
    "unlock A | lock A | nudge 1",
  ]);
}
