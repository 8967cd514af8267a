import {
  type Addr,
  CONTROL,
  choose,
  cpuRelax,
  milliseconds,
  observe,
  peek,
  poke,
  publish,
  type Step,
} from "#shared/atomic/index";
import { currentTask } from "#shared/task";
import { TortureWorld } from "./world.ts";

/** How long a kind of lock is held. Times are in `long_hold`s. @kernel kernel/locking/locktorture.c: struct lock_torture_ops, write_delay and read_delay */
export interface HoldRule {
  /** The rare hold: one in tasks * 2000 * long_hold. */
  readonly long: number;
  /** Every other hold. */
  readonly usual: number;
  /** True where one hold in tasks * 400 lasts 2 us, as under a spinlock. */
  readonly short: boolean;
}

/** What decides about pauses and holds: locktorture's parameters. */
export interface Timing {
  /** False: no pauses, no holds, no luck, so that one operation of each task can be explored. */
  readonly soak: boolean;
  /** Milliseconds. */
  readonly longHold: number;
  /** Seconds. */
  readonly stutter: number;
}

const { paused: PAUSED, since: SINCE } = TortureWorld.at;

// The stepped build's clock goes on by a second at each look: a delay in slices of that ends there without a turn.
const SLICE_MS = 1000;
/** What a task waits in a pause before it comes back to be asked whether the run is over. */
const PAUSE_LOOK_MS = 10;
/** A tick of a kernel with HZ=1000. */
const JIFFY_MS = 1;
const SHORT_MS = 0.002;
/** From this turn on `cpuRelax` gives the core away. */
const SLEEPY_TURN = 448;

/** Lets time pass; less once the run is told to stop. @kernel include/linux/delay.h: mdelay() */
export function* delay(ms: number, turns: number): Step<void> {
  for (let left = ms; left > 0; left -= SLICE_MS) {
    const since = milliseconds();
    const slice = Math.min(left, SLICE_MS);
    for (let turn = turns; milliseconds() - since < slice && !isStopping(); turn++) yield* cpuRelax(turn);
    if (isStopping()) return;
  }
}

function isStopping(): boolean {
  return observe(CONTROL.STOP) !== 0;
}

/** Once in a million rounds a task sleeps for a tick before it begins. @kernel kernel/locking/locktorture.c: lock_torture_writer() */
export function* sleepRarely(timing: Timing): Step<void> {
  if (timing.soak && (yield* choose(0x100000)) === 0) yield* delay(JIFFY_MS, SLEEPY_TURN);
}

/** The time that a task stays in its section; `tasks` of its kind there are. @kernel kernel/locking/locktorture.c: torture_mutex_delay() and its like */
export function* hold(rule: HoldRule, tasks: number, timing: Timing): Step<void> {
  if (!timing.soak) return;
  const { longHold } = timing;
  if (longHold > 0) {
    if ((yield* choose(tasks * 2000 * longHold)) === 0) yield* delay(rule.long * longHold, 0);
    else if (rule.usual > 0) yield* delay(rule.usual * longHold, 0);
  }
  if (rule.short && (yield* choose(tasks * 400)) === 0) yield* delay(SHORT_MS, 0);
  // Preempted in the section: the core is another's for a while.
  if ((yield* choose(tasks * 20_000)) === 0) yield* delay(JIFFY_MS, SLEEPY_TURN);
}

/**
 * True where the round is one of a pause, which it has waited a part of. The first task says when all pause and for how
 * long, since the threads' clocks began at different times. @kernel kernel/torture.c: stutter_wait(), torture_stutter()
 */
export function* stutterWait(root: Addr, timing: Timing): Step<boolean> {
  if (!timing.soak || timing.stutter === 0) return false;
  if (currentTask() === 0) conduct(root, timing.stutter * 1000);
  if (observe(root + PAUSED) === 0) return false;
  yield* delay(PAUSE_LOOK_MS, SLEEPY_TURN);
  return true;
}

function conduct(root: Addr, stretch: number): void {
  const now = Math.ceil(milliseconds());
  const since = peek(root + SINCE);
  if (since !== 0 && now - since < stretch) return;
  poke(root + SINCE, now);
  if (since !== 0) publish(root + PAUSED, 1 - peek(root + PAUSED));
}
