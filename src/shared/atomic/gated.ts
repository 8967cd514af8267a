import { RunAborted } from "./abort.ts";
import { type BadAccess, type BindOptions, SHADOW } from "./access.ts";
import { CONTROL } from "./control.ts";
import { arenaOfThread } from "./handoff.ts";
import type { Addr, BlockingModule } from "./step.ts";

// The gated door: the blocking door with a gate before each access. The gate inserts seeded delays (chaos)
// and checks the word against the shadow bytes. The un-gated build pays nothing for it: which door a worker
// gets is decided by module resolution.

const words: Int32Array = arenaOfThread();
let shadowBytes: Uint8Array | undefined;
let complain: BadAccess = () => {};
let spins = 0;
let random = 1;
let chaos = 0;

const WAIT_SLICE_MS = 50;
const TURNS_BEFORE_SLEEP = 400;
/** Longest busy delay of the gate, in loads (about 8 ns each): longer than a lock path, shorter than a sleep. */
const LONGEST_BUSY_DELAY = 512;

export function bind(view: Int32Array, options: BindOptions): void {
  if (view.buffer !== words.buffer)
    throw new Error("this thread was loaded for another arena; see atomic/handoff.ts");
  spins = options.spinLimit;
  random = options.seed | 1;
  chaos = options.chaos ?? 0;
}

export function shadow(bytes: Uint8Array | undefined): void {
  shadowBytes = bytes;
}

export function onBadAccess(report: BadAccess): void {
  complain = report;
}

function draw(n: number): number {
  random ^= random << 13;
  random ^= random >>> 17;
  random ^= random << 5;
  return (random >>> 0) % n;
}

function gate(addr: Addr, write: boolean): void {
  if (chaos > 0 && draw(chaos) === 0) delay();
  if (shadowBytes === undefined) return;
  const state = Atomics.load(shadowBytes, addr);
  if (state !== SHADOW.LIVE) complain(addr, state, write);
}

function delay(): void {
  // One delay in 64 really sleeps, which hands the core to another task whatever the number of cores.
  if (draw(64) === 0) {
    Atomics.wait(words, CONTROL.RELAX, 0, 0.05);
    return;
  }
  for (let turns = draw(LONGEST_BUSY_DELAY); turns > 0; turns--) Atomics.load(words, CONTROL.RELAX);
}

export function load(addr: Addr): number {
  gate(addr, false);
  return Atomics.load(words, addr);
}

export function store(addr: Addr, value: number): void {
  gate(addr, true);
  Atomics.store(words, addr, value);
}

export function add(addr: Addr, value: number): number {
  gate(addr, true);
  return Atomics.add(words, addr, value);
}

export function or(addr: Addr, value: number): number {
  gate(addr, true);
  return Atomics.or(words, addr, value);
}

export function and(addr: Addr, value: number): number {
  gate(addr, true);
  return Atomics.and(words, addr, value);
}

export function exchange(addr: Addr, value: number): number {
  gate(addr, true);
  return Atomics.exchange(words, addr, value);
}

export function compareExchange(addr: Addr, expected: number, value: number): number {
  gate(addr, true);
  return Atomics.compareExchange(words, addr, expected, value);
}

export function readOnce(addr: Addr): number {
  gate(addr, false);
  return words[addr]!;
}

export function writeOnce(addr: Addr, value: number): void {
  gate(addr, true);
  words[addr] = value;
}

export function read(addr: Addr): number {
  gate(addr, false);
  return words[addr]!;
}

export function write(addr: Addr, value: number): void {
  gate(addr, true);
  words[addr] = value;
}

export function loadWhen(addr: Addr, value: number): void {
  for (let turn = 0; load(addr) !== value; turn++) cpuRelax(turn);
}

export function exchangeWhen(addr: Addr, expected: number, value: number): void {
  for (let turn = 0; compareExchange(addr, expected, value) !== expected; turn++) cpuRelax(turn);
}

export function wait(addr: Addr, value: number): void {
  gate(addr, false);
  while (Atomics.wait(words, addr, value, WAIT_SLICE_MS) === "timed-out") {
    if (Atomics.load(words, CONTROL.ABORT) !== 0) throw new RunAborted();
  }
  if (Atomics.load(words, CONTROL.ABORT) !== 0) throw new RunAborted();
}

export function notify(addr: Addr, count: number): void {
  gate(addr, false);
  Atomics.notify(words, addr, count);
}

export function cpuRelax(turn: number): void {
  if ((turn & 63) !== 63) return;
  if (Atomics.load(words, CONTROL.ABORT) !== 0) throw new RunAborted();
  if (turn >= TURNS_BEFORE_SLEEP) Atomics.wait(words, CONTROL.RELAX, 0, 0.05);
}

export function choose(n: number): number {
  return draw(n);
}

export function beginAllocation(_heap: Addr): void {}

export function becomesLive(addr: Addr, size: number): void {
  shadowBytes?.fill(SHADOW.LIVE, addr, addr + size);
}

export function enterPrimitive(_object: Addr, _alias: number): void {}

export function leavePrimitive(): void {}

export function markFreed(addr: Addr, size: number): void {
  shadowBytes?.fill(SHADOW.FREED, addr, addr + size);
}

export function markReused(addr: Addr, size: number): void {
  shadowBytes?.fill(SHADOW.LIVE, addr, addr + size);
}

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
