import {
  type Addr,
  and,
  compareExchange,
  cpuRelax,
  or,
  peek,
  publish,
  readOnce,
  type Step,
  spinLimit,
} from "../atomic/index.ts";
import { POISON } from "../memory/poison.ts";
import { countFor, STAT } from "../stats.ts";
import { currentBlock, TASK, TASK_STATE, taskBlock } from "../task.ts";
import { reportAndAbandon } from "../violation.ts";
import { isStrict, spinShape } from "./lock-policy.ts";
import { HANDOFF, ownerOf, ownerTask, PASSED, SPINNER } from "./owner-word.ts";

// `cpuRelax` sleeps after some hundred turns of one loop; a spinner's own limit comes first.
const LOOKS_MASK = 255;

/**
 * Spins on a lock that was found with the word `seen`, while its owner runs; true if it was got. Gives up where the owner
 * sleeps, since a hand-over will take a wake-up anyway, and once one of the flags `giveUp` is set. @kernel kernel/locking/mutex.c: mutex_optimistic_spin()
 */
export function* spinOnOwner(lock: Addr, me: number, seen: number, giveUp: number): Step<boolean> {
  if (spinLimit() === 0 || isStrict()) return false;
  const got = yield* spin(lock, me, seen, giveUp);
  const told = currentBlock() + TASK.SPINS_ON;
  if (peek(told) === lock) publish(told, 0);
  // A flag that nobody takes off would send every later lock the long way. Others that spin set it again.
  if (!got) yield* and(lock, ~(SPINNER | PASSED));
  return got;
}

function* spin(lock: Addr, me: number, seen: number, giveUp: number): Step<boolean> {
  const { turns, pause, longest, waitsToBeTold } = spinShape();
  const most = spinLimit();
  const told = currentBlock() + TASK.SPINS_ON;
  publish(told, lock);
  let owner = seen;
  let left = turns;
  for (let look = 0; look < most && left > 0; look++) {
    if ((owner & SPINNER) === 0) yield* or(lock, SPINNER);
    // An owner that has come back past a spinner will give way soon. One that has not may not come back. And who has just
    // given way leaves the lock alone.
    const isPatient = (owner & PASSED) !== 0 && (waitsToBeTold || (look === 0 && ownerOf(seen) === 0));
    const patience = isPatient ? longest : pause;
    left -= patience;
    const isTurn = awaitTurn(told, lock, patience);
    countFor(STAT.SPINS, 1);
    // Told, the word is known: to look at it first would be one transfer of its line more. SPINNER stays for whoever told.
    if (isTurn && (yield* compareExchange(lock, SPINNER | PASSED, SPINNER | me)) === (SPINNER | PASSED))
      return true;
    owner = yield* readOnce(lock);
    if (owner === POISON) reportAndAbandon("use-after-free", lock, owner);
    if ((owner & giveUp) !== 0) return false;
    if (ownerOf(owner) === 0) {
      const isToWait = waitsToBeTold && (owner & PASSED) !== 0 && !isPatient && !isTurn;
      if (!isToWait && (yield* takeFromSpin(lock, me, owner))) return true;
    } else if (peek(taskBlock(ownerTask(owner)) + TASK.STATE) === TASK_STATE.PARKED) {
      return false;
    }
    if (isTurn) publish(told, lock);
    yield* cpuRelax(look & LOOKS_MASK);
  }
  return false;
}

/** Takes a free lock and says that this task spins no more; others that do say so again. */
function* takeFromSpin(lock: Addr, me: number, seen: number): Step<boolean> {
  if ((seen & HANDOFF) !== 0) return false;
  return (yield* compareExchange(lock, seen, (seen & ~(SPINNER | PASSED)) | me)) === seen;
}

/**
 * Watches a line of this task's own, which costs the lock's owner nothing, until told or for so many turns; true if told.
 * Plain loads: an engine that made them one load would cost time, and the look that follows is an atomic's.
 */
function awaitTurn(word: Addr, lock: Addr, turns: number): boolean {
  for (let turn = 0; turn < turns; turn++) if (peek(word) !== lock) return true;
  return false;
}
