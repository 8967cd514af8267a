import { describe } from "vitest";
import { after } from "./after.ts";
import { expectCaught, expectRight, type Wrong } from "./right.ts";
import { wwSpec } from "./specs/ww-mutex.ts";
import * as wrong from "./wrong-locks/ww-mutex.ts";
import { type WwOperations, wwOperations, wwSubject } from "./ww-subject.ts";

const names = ["A", "B"];
const tellsNobody = wwSubject("wound-wait", names, {
  ...wwOperations,
  try: wrong.tryThatTellsNobody,
}).operations;
const abba = "lock A, lock B | lock B, lock A";

describe.each(["wound-wait", "wait-die"] as const)("%s:", (algorithm) => {
  const spec = wwSpec(algorithm, names);
  const subject = wwSubject(algorithm, names);

  const named = (operations: WwOperations): Wrong["operations"] =>
    wwSubject(algorithm, names, { ...wwOperations, ...operations }).operations;
  const withPart = (part: Partial<wrong.Parts>): Wrong["operations"] =>
    named({ lock: wrong.lockOf({ ...wrong.rightParts, ...part }) });

  expectRight(
    "two tasks, the lock put together from the right parts",
    { ...subject, operations: withPart({}) },
    spec,
    [abba, "lock A, unlock A | lock A, unlock A"],
  );

  expectCaught(subject, spec, [
    {
      name: "nobody that has to back off does",
      operations: withPart({ mustBackOff: wrong.never, enqueue: wrong.enqueueAtTail }),
      program: abba,
      faults: ["stuck, deadlock"],
    },
    {
      name: "every context with locks backs off, the older too",
      operations: withPart({ mustBackOff: wrong.whateverTheAge }),
      program: abba,
      faults: ["not linearizable"],
    },
    {
      name: "an unlock wakes nobody",
      operations: named({ unlock: wrong.unlockWithoutWake }),
      program: "lock A, unlock A | lock A",
      faults: ["stuck, lost-wakeup"],
    },
    {
      name: "a try tests, then sets",
      operations: named({ try: wrong.tryThatTestsThenSets }),
      program: "try A | try A",
      faults: ["not linearizable"],
    },
  ]);
});

describe("wound-wait alone:", () => {
  const spec = wwSpec("wound-wait", names);
  const subject = wwSubject("wound-wait", names);
  const withPart = (part: Partial<wrong.Parts>): Wrong["operations"] =>
    wwSubject("wound-wait", names, { ...wwOperations, lock: wrong.lockOf({ ...wrong.rightParts, ...part }) })
      .operations;

  expectCaught(subject, spec, [
    {
      name: "a wound is not dealt",
      operations: withPart({ wound: wrong.nothing }),
      program: abba,
      faults: ["stuck, deadlock"],
    },
    {
      name: "a wound is not seen by who sleeps on another lock",
      operations: withPart({ wound: wrong.woundWithoutWake }),
      program: abba,
      faults: ["stuck, deadlock"],
    },
    {
      name: "an older holder is wounded",
      operations: withPart({ wound: wrong.woundWhoeverHolds }),
      program: abba,
      faults: ["not linearizable", "not linearizable, deadlock"],
    },
  ]);
});

describe("wound-wait, an older context waits past which a younger comes to hold:", () => {
  const [subject, spec] = after(
    [
      [0, "lock B"],
      [1, "lock A"],
    ],
    wwSubject("wound-wait", names),
    wwSpec("wound-wait", names),
  );

  expectCaught(subject, spec, [
    {
      name: "it is not told of its wound",
      operations: tellsNobody,
      program: "lock A | unlock A | try A, ?lock B",
      faults: ["stuck, deadlock"],
    },
  ]);
});
