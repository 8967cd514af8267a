import { expectCaught, expectRight } from "./right.ts";
import { mutexSpec } from "./specs/mutex.ts";
import { rawSpin, spinlock } from "./subjects.ts";
import * as wrong from "./wrong-locks/spinlock.ts";

expectRight("two tasks on a spinlock", spinlock, mutexSpec, [
  "lock, unlock, lock, unlock | lock, unlock, trylock",
  "lock, trylock, unlock | trylock, ?unlock, trylock",
]);

expectRight("three tasks on a spinlock", spinlock, mutexSpec, [
  "lock, unlock | lock, unlock | lock, unlock",
  "lock, unlock | lock | trylock, ?unlock",
]);

expectRight("two and three tasks on the lock inside a lock", rawSpin, mutexSpec, [
  "lock, unlock, lock, unlock | lock, unlock",
  "lock, unlock | lock, unlock | lock",
]);

expectCaught(spinlock, mutexSpec, [
  {
    name: "a lock tests, then sets",
    operations: { lock: wrong.lockThatTestsThenSets },
    program: "lock | lock",
    faults: ["not linearizable"],
  },
  {
    name: "a try that fails frees the lock",
    operations: { trylock: wrong.trylockThatSwaps },
    program: "lock | trylock, trylock",
    faults: ["not linearizable"],
  },
  {
    name: "a lock gives up",
    operations: { lock: wrong.lockThatGivesUp },
    program: "lock, unlock | lock | lock",
    faults: ["not linearizable", "not linearizable, lock-misuse"],
  },
  {
    name: "an unlock releases nothing",
    operations: { unlock: wrong.unlockThatForgets },
    program: "lock, unlock | lock",
    faults: ["stuck, livelock"],
  },
]);
