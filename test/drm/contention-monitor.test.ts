import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Addr, peek, type Step } from "#shared/atomic/index";
import { pending } from "#shared/atomic/pending";
import { STEP } from "#shared/atomic/step-kind";
import { allocate } from "#shared/memory/object";
import { STAT, STAT_WORDS } from "#shared/stats";
import { closeWindow, openWindow } from "#shared/sync/contention-monitor";
import { WwClass, WwContext, wwAcquireFini, wwAcquireInit, wwClassInit } from "#shared/sync/ww-context";
import { WwMutex, wwMutexInit, wwMutexLock, wwMutexTrylock, wwMutexUnlock } from "#shared/sync/ww-mutex";
import { setCurrentTask } from "#shared/task";
import { drive, PLACES, World } from "../support/arena.ts";

const FREER = 0;
const TASKS = 3;
const OBJECT = 4242;

/** One lock and its window, used by hand: each operation runs until it ends or falls asleep. */
class Bench {
  readonly #world = new World(TASKS, 1 << 12);
  readonly #lock: Addr;
  readonly #wwClass: Addr;
  readonly #contexts: readonly Addr[];
  readonly #open = new Set<number>();
  readonly waiting: { task: number; path: Step<number> }[] = [];
  holder = -1;
  window = false;

  constructor() {
    const { heap } = this.#world;
    this.#wwClass = drive(allocate(heap, WwClass));
    drive(wwClassInit(this.#wwClass, "wound-wait"));
    this.#lock = drive(allocate(heap, WwMutex));
    drive(wwMutexInit(this.#lock, this.#wwClass));
    this.#contexts = Array.from({ length: TASKS }, () => drive(allocate(heap, WwContext)));
  }

  /** Windows that were hit, as the monitor counts them; and its reports, which have to say the same. */
  contended(): number {
    const counts = Array.from({ length: TASKS }, (_, task) =>
      peek(PLACES.stats + task * STAT_WORDS + STAT.CONTENDED_FREES),
    );
    const total = counts.reduce((sum, count) => sum + count, 0);
    const reports = this.#world.violations();
    expect(reports.filter(({ kind }) => kind === "contention-at-free")).toHaveLength(total);
    expect(reports).toHaveLength(total);
    for (const { object, value } of reports) expect([object, value]).toEqual([OBJECT, this.#lock]);
    return total;
  }

  open(): void {
    setCurrentTask(FREER);
    drive(openWindow(this.#lock, OBJECT));
    this.window = true;
  }

  close(): void {
    setCurrentTask(FREER);
    drive(closeWindow(this.#lock));
    this.window = false;
  }

  isBusy(task: number): boolean {
    return this.waiting.some((one) => one.task === task);
  }

  trylock(task: number, inContext: boolean): void {
    setCurrentTask(task);
    const ctx = inContext ? this.#context(task) : 0;
    if (drive(wwMutexTrylock(this.#lock, ctx))) this.holder = task;
    else this.#done(task);
  }

  /** Takes the lock, or falls asleep in its queue. */
  lock(task: number, inContext: boolean): void {
    setCurrentTask(task);
    const path = wwMutexLock(this.#lock, inContext ? this.#context(task) : 0);
    if (this.#run(task, path)) this.holder = task;
    else this.waiting.push({ task, path });
  }

  /** The holder lets go; whoever was woken takes the lock. Returns the task that did, or -1. */
  unlock(): number {
    setCurrentTask(this.holder);
    drive(wwMutexUnlock(this.#lock));
    this.#done(this.holder);
    this.holder = -1;
    const next = this.waiting.findIndex(({ task, path }) => this.#run(task, path));
    if (next < 0) return -1;
    this.holder = this.waiting[next]?.task ?? -1;
    this.waiting.splice(next, 1);
    return this.holder;
  }

  #run(task: number, path: Step<number>): boolean {
    setCurrentTask(task);
    for (;;) {
      const next = path.next();
      if (next.done) return true;
      if (pending.kind === STEP.ASLEEP) return false;
    }
  }

  #context(task: number): Addr {
    const ctx = this.#contexts[task] ?? 0;
    drive(wwAcquireInit(ctx, this.#wwClass));
    this.#open.add(task);
    return ctx;
  }

  #done(task: number): void {
    if (!this.#open.delete(task)) return;
    setCurrentTask(task);
    drive(wwAcquireFini(this.#contexts[task] ?? 0));
  }
}

describe("a free is contended by another task that", () => {
  const ways: Readonly<Record<string, (bench: Bench) => void>> = {
    "holds the lock": (bench) => {
      bench.lock(1, false);
      bench.open();
    },
    "holds the lock in a context": (bench) => {
      bench.lock(1, true);
      bench.open();
    },
    "waits for the freer's lock already": (bench) => {
      bench.lock(FREER, false);
      bench.lock(1, false);
      bench.open();
    },
    "begins to wait": (bench) => {
      bench.lock(FREER, false);
      bench.open();
      bench.lock(1, false);
    },
    "begins to wait in a context": (bench) => {
      bench.lock(FREER, false);
      bench.open();
      bench.lock(1, true);
    },
    "takes the lock": (bench) => {
      bench.open();
      bench.lock(1, false);
    },
    "tries it in vain": (bench) => {
      bench.lock(FREER, false);
      bench.open();
      bench.trylock(1, false);
    },
    "tries it with success": (bench) => {
      bench.open();
      bench.trylock(1, true);
    },
  };

  test.each(Object.entries(ways))("%s, and counts once", (_way, happen) => {
    const bench = new Bench();
    happen(bench);
    expect(bench.contended()).toBe(1);
    bench.trylock(2, false);
    expect(bench.contended()).toBe(1);
    bench.close();
    bench.trylock(2, false);
    expect(bench.contended()).toBe(1);
  });
});

type Action = readonly [
  what: "open" | "close" | "lock" | "trylock" | "unlock",
  task: number,
  inContext: boolean,
];

/** Says for each action whether it is a hit, by the definition in design.md alone. */
function play(actions: readonly Action[]): void {
  const bench = new Bench();
  let expected = 0;
  let hit = false;
  const seen = (task: number): void => {
    if (!bench.window || task < 0 || task === FREER || hit) return;
    hit = true;
    expected++;
  };
  for (const [what, task, inContext] of actions) {
    if (what === "open" && !bench.window) {
      hit = false;
      bench.open();
      seen(bench.holder);
      for (const waiter of bench.waiting) seen(waiter.task);
    } else if (what === "close") {
      bench.close();
    } else if (what === "unlock" && bench.holder >= 0) {
      seen(bench.unlock());
    } else if ((what === "lock" || what === "trylock") && !bench.isBusy(task) && bench.holder !== task) {
      bench[what](task, inContext);
      seen(task);
    }
    expect(bench.contended(), `after ${what} by ${task}`).toBe(expected);
  }
}

test("whatever the tasks do: one count a window that another task touched, none for the freer, none outside", () => {
  const action = fc.tuple(
    fc.constantFrom("open", "close", "lock", "trylock", "unlock", "unlock"),
    fc.nat({ max: TASKS - 1 }),
    fc.boolean(),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 25 }), (actions) => play(actions as Action[])),
    { numRuns: 500 },
  );
});
