import {
  type Addr,
  and,
  compareExchange,
  cpuRelax,
  or,
  peek,
  poke,
  readOnce,
  type Step,
  spinLimit,
} from "../atomic/index.ts";
import { POISON } from "../memory/poison.ts";
import { nextRandom } from "../random.ts";
import { countFor, STAT } from "../stats.ts";
import { currentTask, TASK, TASK_STATE, taskBlock } from "../task.ts";
import { reportAndAbandon } from "../violation.ts";
import { isStrict, pause, spinShape } from "./lock-policy.ts";
import { HANDOFF, ownerOf, ownerTask, SPINNER } from "./owner-word.ts";

// `cpuRelax` sleeps after some hundred turns of one loop; a spinner's own limit comes first.
const LOOKS_MASK = 255;

/**
 * Spins on a taken lock while its owner runs; true if it was got. Gives up where the owner sleeps, since a hand-over will
 * take a wake-up anyway, and once one of the flags `giveUp` is set. @kernel kernel/locking/mutex.c: mutex_optimistic_spin()
 */
export function* spinOnOwner(lock: Addr, me: number, giveUp: number): Step<boolean> {
  if (spinLimit() === 0 || isStrict()) return false;
  const shape = spinShape();
  const looks = Math.min(shape.looks, spinLimit());
  let most = shape.pause;
  for (let look = 0; look < looks; look++) {
    // By lot: equal pauses fall into step with the owner's sections, and then one task has the lock most of the time.
    pause(most === 1 ? 1 : draw(most));
    // Soon at first, for a short section. Then seldom, for an owner that goes on; and the more often the longer it takes,
    // or the task that has just had the lock would look more often than the one that waits for it.
    most = look === 0 ? shape.longest : Math.max(most >> 1, shape.pause);
    countFor(STAT.SPINS, 1);
    const owner = yield* readOnce(lock);
    if (owner === POISON) reportAndAbandon("use-after-free", lock, owner);
    if ((owner & giveUp) !== 0) break;
    if (ownerOf(owner) === 0) {
      if (yield* bargeAndTell(lock, me, owner)) return true;
    } else if (peek(taskBlock(ownerTask(owner)) + TASK.STATE) === TASK_STATE.PARKED) {
      break;
    }
    if ((owner & SPINNER) === 0) yield* or(lock, SPINNER);
    yield* cpuRelax(look & LOOKS_MASK);
  }
  // A flag that nobody takes off would send every later lock the long way.
  yield* and(lock, ~SPINNER);
  return false;
}

/** Takes a free lock and says that this task spins no more; others that do say so again. */
function* bargeAndTell(lock: Addr, me: number, seen: number): Step<boolean> {
  if ((seen & HANDOFF) !== 0) return false;
  return (yield* compareExchange(lock, seen, (seen & ~SPINNER) | me)) === seen;
}

/** From half of `most` to one and a half. */
function draw(most: number): number {
  const word = taskBlock(currentTask()) + TASK.LOTS;
  const random = nextRandom(peek(word) | 1);
  poke(word, random);
  return (most >> 1) + ((random >>> 8) & (most - 1));
}
