import { describe } from "vitest";
import { after } from "./after.ts";
import { expectRight, expectRightSoFar, tasksOf } from "./right.ts";
import { wwSpec } from "./specs/ww-mutex.ts";
import { transaction, wwSubject } from "./ww-subject.ts";

// A lower task is an older context: in `lock A, lock B | lock B, lock A` the older comes to wait for the younger, or
// the younger for the older.
const two = ["A", "B"];
const three = ["A", "B", "C"];

describe.each(["wound-wait", "wait-die"] as const)("%s:", (algorithm) => {
  const spec = wwSpec(algorithm, two);
  const locks = wwSubject(algorithm, two);
  const [held, heldSpec] = after([[0, "lock A"]], locks, spec);
  const ring = wwSubject(algorithm, three);
  const ringSpec = wwSpec(algorithm, three);

  expectRight("two tasks", locks, spec, [
    "lock A, unlock A | lock A, unlock A",
    "lock A, lock A, unlock A | try A, ?unlock A",
    "lock A, unlock A | alone A, unlock A",
    "lock A, lock B | lock B, lock A",
    "lock B, lock A | lock A, lock B",
    "lock A, lock B | lock B, unlock B",
    "lock A, lock B | lock B, try A",
    {
      name: "lock A, lock B | lock B, lock A, and who has to back off does and goes on",
      tasks: [transaction("A", "B"), transaction("B", "A")],
    },
  ]);

  expectRight("two tasks, the first of which holds A", held, heldSpec, [
    "unlock A | lock B, lock A",
    "signal 1, unlock A | lock interruptible A, ?unlock A",
  ]);

  expectRight("three tasks", locks, spec, ["lock A, lock B | lock B, try A | try A"]);

  expectRight("three tasks, the first of which holds A", held, heldSpec, [
    "lock B | lock B, lock A | lock B",
    "lock B | lock B, lock A | try B",
    "lock B | lock B, lock A | lock A",
    "unlock A | alone A | try A",
    "unlock A | lock A | try A",
    "unlock A | lock A | lock A",
  ]);

  expectRight("three tasks on three locks", ring, ringSpec, ["lock A, lock B | lock B, lock C | lock C"]);

  expectRightSoFar(
    "three tasks in a ring of three locks: the first 2,000 traces, or all if there are fewer",
    ring,
    ringSpec,
    tasksOf("lock A, lock B | lock B, lock C | lock C, lock A"),
    { first: 2_000 },
  );

  expectRightSoFar(
    "three tasks in a ring of three locks that back off and go on: within 1 preemption",
    ring,
    ringSpec,
    [transaction("A", "B", "A", "B"), transaction("B", "C", "B", "C"), transaction("C", "A", "C", "A")],
    { preemptions: 1 },
  );
});
