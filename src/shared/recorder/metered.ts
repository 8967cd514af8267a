import { type Addr, claimIf, milliseconds, observe, peek, poke } from "../atomic/index.ts";
import { currentTask } from "../task.ts";
import { EVENT, LOCKED } from "./events.ts";
import { METER, METERED } from "./meters.ts";

// The recorder that counts instead: what each lock did, in the columns of the kernel's lock_stat. A clock costs more than
// a lock, so every wait is timed but only some holds are. Counters are a task's own; whose lock it was last is shared.
// @kernel kernel/locking/lockdep.c: lock_stat; Documentation/locking/lockstat.rst

let base = 0;
let counters = 0;
let acquisitions = 0;
let waitBegan = 0;
/** When this task began the hold that it times of a slot, or 0. */
const heldSince = new Float64Array(METER.SLOTS);

const { LOCK, TRYLOCK, UNLOCK, LOCK_FAILED } = EVENT;

/** Where the table starts; the same for all tasks. */
export function placeRecorder(table: Addr): void {
  base = table;
  counters = table + METER.SLOTS * METER.SHARED + currentTask() * METER.SLOTS * METER.WORDS;
}

export function record(event: number, object: Addr, value: number): void {
  if (event === UNLOCK) released(object);
  else if (event === LOCK) acquired(object, value);
  else if (event === TRYLOCK && value !== 0) acquired(object, value & ~LOCKED.WAITED);
  else if (event === LOCK_FAILED) waitBegan = 0;
}

export function onRecord(_listener: (event: number, object: Addr, value: number) => void): void {}

/** The lock was taken by somebody else: from here on this task waits. */
export function contended(lock: Addr): void {
  const slot = slotOf(lock);
  waitBegan = milliseconds();
  const word = counters + slot * METER.WORDS;
  bump(word + METERED.CONTENTIONS, 1);
  if (peek(base + slot * METER.SHARED + 1) !== currentTask() + 1) bump(word + METERED.CON_BOUNCES, 1);
}

function acquired(lock: Addr, value: number): void {
  const slot = slotOf(lock);
  const word = counters + slot * METER.WORDS;
  bump(word + METERED.ACQUISITIONS, 1);
  if ((value & LOCKED.READ) !== 0) bump(word + METERED.READS, 1);
  const last = base + slot * METER.SHARED + 1;
  if (peek(last) !== currentTask() + 1) {
    poke(last, currentTask() + 1);
    bump(word + METERED.ACQ_BOUNCES, 1);
  }
  if (waitBegan !== 0) waited(word);
  acquisitions = (acquisitions + 1) | 0;
  if ((acquisitions & (METER.TIMED_ONE_IN - 1)) === 0) heldSince[slot] = milliseconds();
}

function waited(word: Addr): void {
  const time = Math.round((milliseconds() - waitBegan) * METER.PER_MS);
  waitBegan = 0;
  bump(word + METERED.WAITS, 1);
  bump(word + METERED.WAIT_TOTAL, time);
  widen(word + METERED.WAIT_MIN, word + METERED.WAIT_MAX, time);
}

function released(lock: Addr): void {
  const slot = slotOf(lock);
  const since = heldSince[slot] ?? 0;
  if (since === 0) return;
  heldSince[slot] = 0;
  const time = Math.round((milliseconds() - since) * METER.PER_MS);
  const word = counters + slot * METER.WORDS;
  bump(word + METERED.HOLDS_TIMED, 1);
  bump(word + METERED.HOLD_TOTAL, time);
  widen(word + METERED.HOLD_MIN, word + METERED.HOLD_MAX, time);
}

function bump(word: Addr, by: number): void {
  poke(word, (peek(word) + by) | 0);
}

/** The least is kept plus 1, so that 0 says that there is none yet. */
function widen(least: Addr, most: Addr, time: number): void {
  if (peek(least) === 0 || time + 1 < peek(least)) poke(least, time + 1);
  if (time > peek(most)) poke(most, time);
}

/** The slot of a lock, which the first to use it claims; the last slot is that of all locks that find none. */
function slotOf(lock: Addr): number {
  let slot = (lock ^ (lock >>> 5)) & (METER.SLOTS - 1);
  for (let probe = 0; probe < METER.PROBES; probe++) {
    const key = base + slot * METER.SHARED;
    if (peek(key) === lock || (observe(key) === 0 && claimIf(key, 0, lock)) || observe(key) === lock)
      return slot;
    slot = (slot + 1) & (METER.SLOTS - 1);
  }
  return METER.SLOTS - 1;
}
