import { RunAborted } from "./abort.ts";
import type { BadAccess, BindOptions } from "./access.ts";
import { CONTROL } from "./control.ts";
import { arenaOfThread } from "./handoff.ts";
import type { Addr, BlockingModule } from "./step.ts";

// The door of the blocking build: memory itself. Each function is small enough to be inlined into a path, so
// that a path costs what the same operations written by hand would cost (bench/paths/door.ts measures it).

const words: Int32Array = arenaOfThread();
let spins = 0;
let random = 1;

/** Milliseconds that a wait sleeps before it looks at ABORT again. */
const WAIT_SLICE_MS = 50;
/** Turns of a spin loop before it sleeps: a descheduled holder is not helped by burning the core it needs. */
const TURNS_BEFORE_SLEEP = 400;

export function bind(view: Int32Array, options: BindOptions): void {
  if (view.buffer !== words.buffer)
    throw new Error("this thread was loaded for another arena; see atomic/handoff.ts");
  spins = options.spinLimit;
  random = options.seed | 1;
}

export function shadow(_bytes: Uint8Array | undefined): void {}

export function onBadAccess(_report: BadAccess): void {}

export function load(addr: Addr): number {
  return Atomics.load(words, addr);
}

export function store(addr: Addr, value: number): void {
  Atomics.store(words, addr, value);
}

export function add(addr: Addr, value: number): number {
  return Atomics.add(words, addr, value);
}

export function or(addr: Addr, value: number): number {
  return Atomics.or(words, addr, value);
}

export function and(addr: Addr, value: number): number {
  return Atomics.and(words, addr, value);
}

export function exchange(addr: Addr, value: number): number {
  return Atomics.exchange(words, addr, value);
}

export function compareExchange(addr: Addr, expected: number, value: number): number {
  return Atomics.compareExchange(words, addr, expected, value);
}

export function readOnce(addr: Addr): number {
  return words[addr]!;
}

export function writeOnce(addr: Addr, value: number): void {
  words[addr] = value;
}

export function read(addr: Addr): number {
  return words[addr]!;
}

export function write(addr: Addr, value: number): void {
  words[addr] = value;
}

export function loadWhen(addr: Addr, value: number): void {
  for (let turn = 0; load(addr) !== value; turn++) cpuRelax(turn);
}

export function exchangeWhen(addr: Addr, expected: number, value: number): void {
  for (let turn = 0; compareExchange(addr, expected, value) !== expected; turn++) cpuRelax(turn);
}

export function wait(addr: Addr, value: number): void {
  while (Atomics.wait(words, addr, value, WAIT_SLICE_MS) === "timed-out") {
    if (Atomics.load(words, CONTROL.ABORT) !== 0) throw new RunAborted();
  }
  if (Atomics.load(words, CONTROL.ABORT) !== 0) throw new RunAborted();
}

export function notify(addr: Addr, count: number): void {
  Atomics.notify(words, addr, count);
}

export function cpuRelax(turn: number): void {
  if ((turn & 63) !== 63) return;
  if (Atomics.load(words, CONTROL.ABORT) !== 0) throw new RunAborted();
  if (turn >= TURNS_BEFORE_SLEEP) Atomics.wait(words, CONTROL.RELAX, 0, 0.05);
}

export function choose(n: number): number {
  random ^= random << 13;
  random ^= random >>> 17;
  random ^= random << 5;
  return (random >>> 0) % n;
}

export function beginAllocation(_heap: Addr): void {}

export function becomesLive(_addr: Addr, _size: number): void {}

export function enterPrimitive(_object: Addr, _alias: number): void {}

export function leavePrimitive(): void {}

export function markFreed(_addr: Addr, _size: number): void {}

export function markReused(_addr: Addr, _size: number): void {}

export function spinLimit(): number {
  return spins;
}

export function milliseconds(): number {
  return performance.now();
}

export function doze(addr: Addr, value: number, ms: number): void {
  Atomics.wait(words, addr, value, ms);
  if (Atomics.load(words, CONTROL.ABORT) !== 0) throw new RunAborted();
}

export function peek(addr: Addr): number {
  return words[addr]!;
}

export function poke(addr: Addr, value: number): void {
  words[addr] = value;
}

export function publish(addr: Addr, value: number): void {
  Atomics.store(words, addr, value);
}

export function observe(addr: Addr): number {
  return Atomics.load(words, addr);
}

export function claim(addr: Addr, value: number): number {
  return Atomics.add(words, addr, value);
}

export function claimIf(addr: Addr, expected: number, value: number): boolean {
  return Atomics.compareExchange(words, addr, expected, value) === expected;
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
