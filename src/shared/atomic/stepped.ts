import { type BadAccess, type BindOptions, SHADOW } from "./access.ts";
import { pace, pending, primitive, spin } from "./pending.ts";
import type { Addr, Step } from "./step.ts";
import { needsDriver, onlyLooks, STEP, type StepKind } from "./step-kind.ts";

// The door of the stepped build. Every function says what it is about to do, yields once (the only bare
// `yield` there is), and does it when resumed: so whoever drives the generators knows each task's next step
// and its word before it is taken, and a step is indivisible. Where the driver has said that the task goes on
// anyway (inside a primitive, or along a way already decided), the yield is left out: the program is the same.

let words: Int32Array = new Int32Array(4);
let shadowBytes: Uint8Array | undefined;
let complain: BadAccess = () => {};
let ticks = 0;
/** What objects that have a name elsewhere were last called. */
const names = new Map<Addr, Addr>();

/** Binds the door to an arena. `options` are the blocking door's; nothing here spins or draws lots. */
export function bind(view: Int32Array, _options: BindOptions): void {
  words = view;
  shadowBytes = undefined;
  pace.on = false;
  pace.byLock = false;
  pace.ahead = 0;
  pace.follow = undefined;
  names.clear();
}

/** Turns access checks on: `bytes` has one `SHADOW` state a word, `report` hears of each access to a dead one. */
export function shadow(bytes: Uint8Array | undefined): void {
  shadowBytes = bytes;
}

/** Who hears of bad accesses. */
export function onBadAccess(report: BadAccess): void {
  complain = report;
}

/** True if the task has to stop in front of the step, so that the driver can decide who goes next. */
function announce(kind: StepKind, addr: Addr, value: number, expected: number): boolean {
  const first = primitive.fresh;
  primitive.fresh = false;
  if (onlyLooks[kind] === 0) spin.looping[spin.task] = 0;
  if (pace.on && !needsDriver[kind]) {
    if (pace.byLock && primitive.depth > 0 && !first) return false;
    if (pace.ahead > 0) {
      pace.ahead--;
      return false;
    }
  }
  pending.kind = kind;
  pending.addr = addr;
  pending.value = value;
  pending.expected = expected;
  pending.first = first && primitive.depth > 0;
  if (pace.follow !== undefined && !needsDriver[kind] && pace.follow()) return false;
  if (pending.trace) pending.stack = new Error().stack ?? "";
  return true;
}

/** A spin loop waits for one of the words that it has just read. */
function remember(addr: Addr): void {
  const count = spin.count[spin.task]!;
  const first = spin.task * spin.reads;
  const known = Math.min(count, spin.reads);
  let slot = first;
  while (slot < first + known && spin.addr[slot] !== addr) slot++;
  if (slot === first + known) {
    slot = first + (count % spin.reads);
    spin.count[spin.task] = count + 1;
  }
  spin.addr[slot] = addr;
  spin.value[slot] = words[addr]!;
}

function check(addr: Addr, write: boolean): void {
  if (shadowBytes === undefined) return;
  const state = shadowBytes[addr]!;
  if (state !== SHADOW.LIVE) complain(addr, state, write);
}

/** Sequentially consistent load. */
export function* load(addr: Addr): Step<number> {
  if (announce(STEP.READ, addr, 0, 0)) yield;
  check(addr, false);
  remember(addr);
  return words[addr]!;
}

/** Sequentially consistent store. */
export function* store(addr: Addr, value: number): Step<void> {
  if (announce(STEP.WRITE, addr, value, 0)) yield;
  check(addr, true);
  words[addr] = value;
}

/** Atomic add; returns the value before. */
export function* add(addr: Addr, value: number): Step<number> {
  if (announce(STEP.RMW, addr, value, 0)) yield;
  check(addr, true);
  const before = words[addr]!;
  words[addr] = before + value;
  return before;
}

/** Atomic or; returns the value before. */
export function* or(addr: Addr, value: number): Step<number> {
  if (announce(STEP.RMW, addr, value, 0)) yield;
  check(addr, true);
  const before = words[addr]!;
  words[addr] = before | value;
  return before;
}

/** Atomic and; returns the value before. */
export function* and(addr: Addr, value: number): Step<number> {
  if (announce(STEP.RMW, addr, value, 0)) yield;
  check(addr, true);
  const before = words[addr]!;
  words[addr] = before & value;
  return before;
}

/** Atomic exchange; returns the value before. */
export function* exchange(addr: Addr, value: number): Step<number> {
  if (announce(STEP.RMW, addr, value, 0)) yield;
  check(addr, true);
  const before = words[addr]!;
  words[addr] = value;
  return before;
}

/** Atomic compare-and-exchange; returns the value before, so it succeeded iff that equals `expected`. */
export function* compareExchange(addr: Addr, expected: number, value: number): Step<number> {
  if (announce(STEP.CAS, addr, value, expected)) yield;
  check(addr, true);
  remember(addr);
  const before = words[addr]!;
  if (before === expected) {
    words[addr] = value;
    spin.looping[spin.task] = 0;
  }
  return before;
}

/**
 * A load that is neither torn nor ordered: the kernel's READ_ONCE. In the race build it is a bare load, free
 * beside the 8 ns of `load`; in the explorer it is a step like `load`, which explores sequential consistency only.
 */
export function* readOnce(addr: Addr): Step<number> {
  if (announce(STEP.READ_ONCE, addr, 0, 0)) yield;
  check(addr, false);
  remember(addr);
  return words[addr]!;
}

/** A store that is neither torn nor ordered: the kernel's WRITE_ONCE. See `readOnce`. */
export function* writeOnce(addr: Addr, value: number): Step<void> {
  if (announce(STEP.WRITE_ONCE, addr, value, 0)) yield;
  check(addr, true);
  words[addr] = value;
}

/** Ordinary load. In the explorer two unordered plain accesses, one a write, are a data race. */
export function* read(addr: Addr): Step<number> {
  if (announce(STEP.PLAIN_READ, addr, 0, 0)) yield;
  check(addr, false);
  remember(addr);
  return words[addr]!;
}

/** Ordinary store. In the explorer two unordered plain accesses, one a write, are a data race. */
export function* write(addr: Addr, value: number): Step<void> {
  if (announce(STEP.PLAIN_WRITE, addr, value, 0)) yield;
  check(addr, true);
  words[addr] = value;
}

/** Waits until the word equals `value`. One step, possible only then: a model's await. */
export function* loadWhen(addr: Addr, value: number): Step<void> {
  if (announce(STEP.AWAIT_READ, addr, 0, value)) yield;
  check(addr, false);
}

/** Waits until the word equals `expected` and sets it to `value`. One step, possible only then: a model's lock. */
export function* exchangeWhen(addr: Addr, expected: number, value: number): Step<void> {
  if (announce(STEP.AWAIT_CAS, addr, value, expected)) yield;
  check(addr, true);
  words[addr] = value;
}

/**
 * Sleeps until the word is notified, unless it no longer equals `value`. May return early: callers loop. On threads a
 * sleeper looks at the word again every 50 ms, and goes on where it has changed: that nobody notified it, only the
 * explorer sees.
 */
export function* wait(addr: Addr, value: number): Step<void> {
  if (announce(STEP.WAIT, addr, 0, value)) yield;
  check(addr, false);
  if (words[addr] !== value) return;
  if (announce(STEP.ASLEEP, addr, 0, value)) yield;
}

/** Wakes up to `count` sleepers of the word, in the order they fell asleep. */
export function* notify(addr: Addr, count: number): Step<void> {
  if (announce(STEP.NOTIFY, addr, count, 0)) yield;
}

/** One turn of a spin loop. `turn` counts the turns of this loop from 0. */
export function* cpuRelax(turn: number): Step<void> {
  if (announce(STEP.RELAX, 0, turn === 0 ? spin.looping[spin.task]! : 1, 0)) yield;
}

/** One of `n` outcomes, 0 to n-1, that the scenario does not control (pressure, a signal, a failure). */
export function* choose(n: number): Step<number> {
  if (announce(STEP.CHOOSE, 0, n, 0)) yield;
  return pending.value;
}

/** A task is about to take memory from the heap at `heap`, or to put freed memory back where others take it. */
export function* beginAllocation(heap: Addr): Step<void> {
  if (announce(STEP.ALLOCATE, heap, 0, 0)) yield;
}

/** The object of `size` words at `addr` is alive from here on. Part of the step that allocated it. */
export function becomesLive(addr: Addr, size: number): void {
  shadowBytes?.fill(SHADOW.LIVE, addr, addr + size);
}

/** The object that stands for `object`, by its word at `alias`; in freed memory the one that was there last. */
function namedBy(object: Addr, alias: number): Addr {
  if (shadowBytes !== undefined && shadowBytes[object + alias] !== SHADOW.LIVE)
    return names.get(object) ?? object;
  const name = words[object + alias]!;
  names.set(object, name);
  return name;
}

/**
 * From here to `leavePrimitive` the task is inside one operation on `object`, which granularity `lock` does not
 * interrupt. Operations on the same object depend on each other. `alias` above 0 is the offset of a word that names
 * the object meant instead: ww-mutexes of a class depend on each other, since contexts wound across locks.
 */
export function enterPrimitive(object: Addr, alias: number): void {
  if (primitive.depth++ > 0) return;
  primitive.object = alias === 0 ? object : namedBy(object, alias);
  primitive.self = object;
  primitive.fresh = true;
}

/** The operation is done. */
export function leavePrimitive(): void {
  primitive.depth--;
}

/** The object of `size` words at `addr` is dead from here on. */
export function* markFreed(addr: Addr, size: number): Step<void> {
  if (announce(STEP.FREE, addr, size, 0)) yield;
  shadowBytes?.fill(SHADOW.FREED, addr, addr + size);
}

/** Freed memory of `size` words at `addr` is handed out again: to whoever still uses it, it is another object now. */
export function* markReused(addr: Addr, size: number): Step<void> {
  if (announce(STEP.REUSE, addr, size, 0)) yield;
  shadowBytes?.fill(SHADOW.LIVE, addr, addr + size);
}

/** Turns a contended lock spins before it queues: none here, since a spin is the same as being scheduled later. */
export function spinLimit(): number {
  return 0;
}

/** A clock that only says that time passes: a second goes by at every look. */
export function milliseconds(): number {
  ticks += 1000;
  return ticks;
}

/** Gives the core away while the word is `value`, for so many milliseconds at most: nothing here, where no task has one. */
export function doze(_addr: Addr, _value: number, _ms: number): void {}

/** Instrumentation's own load: not a step, not checked, never part of the program. */
export function peek(addr: Addr): number {
  return words[addr]!;
}

/** Instrumentation's own store. */
export function poke(addr: Addr, value: number): void {
  words[addr] = value;
}

/** Instrumentation's own store that later loads of the same task cannot overtake. */
export function publish(addr: Addr, value: number): void {
  words[addr] = value;
}

/** Instrumentation's own load that sees the latest store of any task. */
export function observe(addr: Addr): number {
  return words[addr]!;
}

/** Instrumentation's own atomic add; returns the value before. */
export function claim(addr: Addr, value: number): number {
  const before = words[addr]!;
  words[addr] = before + value;
  return before;
}

/** Instrumentation's own compare-and-exchange; true if it took. */
export function claimIf(addr: Addr, expected: number, value: number): boolean {
  if (words[addr] !== expected) return false;
  words[addr] = value;
  return true;
}

/** Instrumentation's own fill of `size` words. */
export function fill(addr: Addr, size: number, value: number): void {
  words.fill(value, addr, addr + size);
}
