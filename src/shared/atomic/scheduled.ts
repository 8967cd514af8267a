import { type BadAccess, type BindOptions, SHADOW } from "./access.ts";
import { arenaOfThread } from "./handoff.ts";
import type { Addr, BlockingModule } from "./step.ts";
import { STEP } from "./step-kind.ts";
import type { Turns } from "./turns.ts";

// The scheduled door: the stepped door on real threads. Where the stepped one announces a step and yields, a thread
// says what it will do and waits until the plan has it do that. One thread at a time has the turn, and turns are
// handed over by sequentially consistent words, so what stands between two announcements may be plain.

const words: Int32Array = arenaOfThread();
let shadowBytes: Uint8Array | undefined;
let complain: BadAccess = () => {};
let turns: Turns;

export function bind(view: Int32Array, options: BindOptions): void {
  if (view.buffer !== words.buffer)
    throw new Error("this thread was loaded for another arena; see atomic/handoff.ts");
  if (options.turns === undefined) throw new Error("the scheduled door follows a plan, and was given none");
  turns = options.turns;
}

export function shadow(bytes: Uint8Array | undefined): void {
  shadowBytes = bytes;
}

export function onBadAccess(report: BadAccess): void {
  complain = report;
}

function check(addr: Addr, write: boolean, wrote: boolean = write): void {
  if (shadowBytes !== undefined) {
    const state = shadowBytes[addr]!;
    if (state !== SHADOW.LIVE) complain(addr, state, write);
  }
  if (wrote) turns.wrote();
}

export function load(addr: Addr): number {
  turns.arrive(STEP.READ, addr, 0, 0);
  check(addr, false);
  return Atomics.load(words, addr);
}

export function store(addr: Addr, value: number): void {
  turns.arrive(STEP.WRITE, addr, value, 0);
  check(addr, true);
  Atomics.store(words, addr, value);
}

export function add(addr: Addr, value: number): number {
  turns.arrive(STEP.RMW, addr, value, 0);
  check(addr, true);
  return Atomics.add(words, addr, value);
}

export function or(addr: Addr, value: number): number {
  turns.arrive(STEP.RMW, addr, value, 0);
  check(addr, true);
  return Atomics.or(words, addr, value);
}

export function and(addr: Addr, value: number): number {
  turns.arrive(STEP.RMW, addr, value, 0);
  check(addr, true);
  return Atomics.and(words, addr, value);
}

export function exchange(addr: Addr, value: number): number {
  turns.arrive(STEP.RMW, addr, value, 0);
  check(addr, true);
  return Atomics.exchange(words, addr, value);
}

export function compareExchange(addr: Addr, expected: number, value: number): number {
  turns.arrive(STEP.CAS, addr, value, expected);
  check(addr, true, words[addr] === expected);
  return Atomics.compareExchange(words, addr, expected, value);
}

export function readOnce(addr: Addr): number {
  turns.arrive(STEP.READ_ONCE, addr, 0, 0);
  check(addr, false);
  return words[addr]!;
}

export function writeOnce(addr: Addr, value: number): void {
  turns.arrive(STEP.WRITE_ONCE, addr, value, 0);
  check(addr, true);
  words[addr] = value;
}

export function read(addr: Addr): number {
  turns.arrive(STEP.PLAIN_READ, addr, 0, 0);
  check(addr, false);
  return words[addr]!;
}

export function write(addr: Addr, value: number): void {
  turns.arrive(STEP.PLAIN_WRITE, addr, value, 0);
  check(addr, true);
  words[addr] = value;
}

export function loadWhen(addr: Addr, value: number): void {
  turns.arrive(STEP.AWAIT_READ, addr, 0, value);
  check(addr, false);
}

export function exchangeWhen(addr: Addr, expected: number, value: number): void {
  turns.arrive(STEP.AWAIT_CAS, addr, value, expected);
  check(addr, true);
  Atomics.store(words, addr, value);
}

export function wait(addr: Addr, value: number): void {
  turns.arrive(STEP.WAIT, addr, 0, value);
  check(addr, false);
  if (Atomics.load(words, addr) !== value) return;
  // Asleep is waiting for a turn: the plan says when somebody has woken this task.
  turns.arrive(STEP.ASLEEP, addr, 0, value);
}

export function notify(addr: Addr, count: number): void {
  turns.arrive(STEP.NOTIFY, addr, count, 0);
}

export function cpuRelax(turn: number): void {
  turns.arrive(STEP.RELAX, 0, turn, 0);
}

export function choose(n: number): number {
  return turns.arrive(STEP.CHOOSE, 0, n, 0);
}

export function beginAllocation(heap: Addr): void {
  turns.arrive(STEP.ALLOCATE, heap, 0, 0);
}

export function becomesLive(addr: Addr, size: number): void {
  shadowBytes?.fill(SHADOW.LIVE, addr, addr + size);
}

export function enterPrimitive(_object: Addr, _alias: number): void {}

export function leavePrimitive(): void {}

export function markFreed(addr: Addr, size: number): void {
  turns.arrive(STEP.FREE, addr, size, 0);
  shadowBytes?.fill(SHADOW.FREED, addr, addr + size);
}

export function markReused(addr: Addr, size: number): void {
  turns.arrive(STEP.REUSE, addr, size, 0);
  shadowBytes?.fill(SHADOW.LIVE, addr, addr + size);
}

export function spinLimit(): number {
  return 0;
}

export function milliseconds(): number {
  return turns.tick(1000);
}

export function doze(_addr: Addr, _value: number, _ms: number): void {}

export function peek(addr: Addr): number {
  return words[addr]!;
}

export function poke(addr: Addr, value: number): void {
  words[addr] = value;
}

export function publish(addr: Addr, value: number): void {
  words[addr] = value;
}

export function observe(addr: Addr): number {
  return words[addr]!;
}

export function claim(addr: Addr, value: number): number {
  const before = words[addr]!;
  words[addr] = before + value;
  return before;
}

export function claimIf(addr: Addr, expected: number, value: number): boolean {
  if (words[addr] !== expected) return false;
  words[addr] = value;
  return true;
}

export function fill(addr: Addr, size: number, value: number): void {
  words.fill(value, addr, addr + size);
}

// Both doors are one program: a name or a signature that differs does not compile.
type Stepped = BlockingModule<typeof import("./stepped.ts")>;
({
  bind,
  shadow,
  onBadAccess,
  load,
  store,
  add,
  or,
  and,
  exchange,
  compareExchange,
  readOnce,
  writeOnce,
  read,
  write,
  loadWhen,
  exchangeWhen,
  wait,
  notify,
  cpuRelax,
  choose,
  beginAllocation,
  becomesLive,
  enterPrimitive,
  leavePrimitive,
  markFreed,
  markReused,
  spinLimit,
  milliseconds,
  doze,
  peek,
  poke,
  publish,
  observe,
  claim,
  claimIf,
  fill,
}) satisfies Stepped;
