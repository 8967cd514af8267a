import { expectCaught, expectRight } from "./right.ts";
import { completionSpec } from "./specs/completion.ts";
import { completion } from "./subjects.ts";
import * as wrong from "./wrong-locks/completion.ts";

expectRight("two tasks on a completion", completion, completionSpec, [
  "complete, complete | wait, wait",
  "complete all | wait, wait",
  "complete, reinit | wait",
  "complete | wait, done, try",
  "signal 1, complete | wait interruptible",
]);

expectRight("three tasks on a completion", completion, completionSpec, [
  "complete | wait | wait",
  "complete all | wait | wait",
  "complete | complete | wait, try",
  "complete | wait | wait interruptible, try",
  "complete | wait interruptible | signal 1",
  "complete | reinit | wait",
  "complete all | reinit | wait",
]);

expectCaught(completion, completionSpec, [
  {
    name: "it counts by two steps outside its wait lock",
    operations: { complete: wrong.completeInTwoSteps },
    program: "complete | complete, try, try",
    faults: ["not linearizable"],
  },
  {
    name: "complete wakes nobody",
    operations: { complete: wrong.completeWithoutWake },
    program: "complete | wait",
    faults: ["stuck, wait-forever"],
  },
  {
    name: "complete for all wakes one",
    operations: { "complete all": wrong.completeAllThatWakesOne },
    program: "complete all | wait | wait",
    faults: ["stuck, wait-forever"],
  },
  {
    name: "a try takes what it saw outside the wait lock",
    operations: { try: wrong.tryOutsideTheLock },
    program: "complete | try | try",
    faults: ["not linearizable"],
  },
  {
    name: "a wait looks, and queues later",
    operations: { wait: wrong.waitThatQueuesLate },
    program: "complete | wait",
    faults: ["stuck, lost-wakeup"],
  },
]);
