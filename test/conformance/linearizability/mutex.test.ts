import { after } from "./after.ts";
import { expectCaught, expectRight, expectRightSoFar, tasksOf } from "./right.ts";
import { mutexSpec } from "./specs/mutex.ts";
import { mutex } from "./subjects.ts";
import * as wrong from "./wrong-locks/mutex.ts";

expectRight("two tasks on a mutex", mutex, mutexSpec, [
  "lock, unlock | lock, unlock",
  "lock, unlock | trylock, ?unlock",
  "lock, trylock, unlock | trylock, ?unlock",
  "lock, unlock, lock, unlock | lock, unlock",
  "lock interruptible, ?unlock | lock, signal 0, unlock",
]);

const [held, heldSpec] = after([[0, "lock"]], mutex, mutexSpec);

expectRight("two tasks on a mutex that the first holds", held, heldSpec, [
  "unlock, lock | lock, unlock",
  "signal 1, unlock | lock interruptible, ?unlock",
]);

expectRight("three tasks on a mutex", mutex, mutexSpec, [
  "lock | lock | lock",
  "lock, unlock | lock | trylock",
  "lock interruptible | lock interruptible | signal 0",
]);

expectRight("three tasks on a mutex that the first holds", held, heldSpec, [
  "unlock | lock | lock",
  "unlock | lock interruptible, ?unlock | signal 1",
]);

expectRightSoFar(
  "three tasks that lock and unlock a mutex: within 2 preemptions",
  mutex,
  mutexSpec,
  tasksOf("lock, unlock | lock, unlock | lock, unlock"),
  { preemptions: 2 },
);

expectCaught(mutex, mutexSpec, [
  {
    name: "a lock tests, then sets",
    operations: { lock: wrong.lockThatTestsThenSets },
    program: "lock | lock",
    faults: ["not linearizable"],
  },
  {
    name: "an unlock is split in two",
    operations: { unlock: wrong.unlockInTwoSteps },
    program: "lock, unlock | lock, unlock",
    faults: ["stuck, lost-wakeup"],
  },
  {
    name: "an unlock wakes nobody",
    operations: { unlock: wrong.unlockWithoutWake },
    program: "lock, unlock | lock, unlock",
    faults: ["stuck, lost-wakeup"],
  },
  {
    name: "a waiter draws its ticket after its last look",
    operations: { lock: wrong.lockWithLateTicket },
    program: "lock, unlock | lock, unlock",
    faults: ["stuck, lost-wakeup"],
  },
  {
    name: "a waiter walks away from a lock that was handed over to it",
    operations: { "lock interruptible": wrong.lockThatAbandonsAHandover },
    program: "lock, unlock, signal 1, trylock | lock interruptible, ?unlock",
    faults: ["not linearizable"],
  },
]);
