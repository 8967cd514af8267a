import { describe, expect, test } from "vitest";
import { EDEADLK, EINTR } from "#shared/errno";
import { struct } from "#shared/memory/struct";
import { GFP_KERNEL, GFP_NOWAIT } from "#shared/mm/gfp";
import { LOCKED } from "#shared/recorder/events";
import { Mutex } from "#shared/sync/mutex";
import { Rwsem } from "#shared/sync/rwsem";
import { Spinlock } from "#shared/sync/spinlock";
import { WwClass, WwContext } from "#shared/sync/ww-context";
import { WAIT_KIND } from "#shared/task";
import { traceOf, usesReservations } from "../../../src/catalogue/lock-trace.ts";
import { AT, chain, told, WORD } from "./chain.ts";

const Mine = struct("lock_trace_mine", { spin: Spinlock, sem: Rwsem, plain: Mutex, count: "atomic" });
const Context = struct("lock_trace_context", { ctx: WwContext, ofClass: WwClass });
const mine = (field: keyof typeof Mine.at): number => AT.mine + Mine.at[field];

describe("names, classes and types come from the struct:", () => {
  const inits = (...lines: Parameters<typeof chain>[1]) =>
    [...traceOf([chain("T", lines, Mine)])].filter(({ op }) => op === "init");

  test("a reservation lock is of the kernel's ww class", () => {
    expect(inits(["LOCK", WORD.resv])).toEqual([
      { op: "init", lock: "resv of shmem#1", class: "reservation_ww_class", type: "ww_mutex" },
      { op: "init", lock: "mappingsLock of shmem#1", class: "mappings.lock", type: "mutex" },
    ]);
  });
  test("a device's lock has the kernel's short name", () => {
    expect(inits(["LOCK", WORD.lru])).toEqual([
      { op: "init", lock: "gem_lru", class: "gem_lru", type: "mutex" },
    ]);
  });
  test("a lock of a user's struct is a class a field, the first one too", () => {
    expect(inits(["LOCK", mine("spin")], ["LOCK", mine("sem")], ["LOCK", mine("plain")])).toEqual([
      { op: "init", lock: "spin of lock_trace_mine#1", class: "&lock_trace_mine->spin", type: "spinlock" },
      { op: "init", lock: "sem of lock_trace_mine#1", class: "&lock_trace_mine->sem", type: "rwsem" },
      { op: "init", lock: "plain of lock_trace_mine#1", class: "&lock_trace_mine->plain", type: "mutex" },
    ]);
  });
  test("a lock in no struct is a mutex of its own class", () => {
    expect(inits(["LOCK", 9_000])).toEqual([
      { op: "init", lock: "word 9000", class: "word 9000", type: "mutex" },
    ]);
  });
  test("reservations are noticed", () => {
    expect(usesReservations([chain("T", [["LOCK", WORD.lru]])])).toBe(false);
    expect(usesReservations([chain("T", [["TRYLOCK", WORD.resv, 1]])])).toBe(true);
  });
});

describe("what a task did becomes", () => {
  const [task, lock] = ["T", "sem of lock_trace_mine#1"];

  test("acquire and release, read, downgrade and trylock", () => {
    const sem = mine("sem");
    const lines = [
      ["LOCK", sem, LOCKED.READ],
      ["UNLOCK", sem],
      ["TRYLOCK", sem, 1 | LOCKED.READ],
      ["UNLOCK", sem],
      ["LOCK", sem],
      ["DOWNGRADE", sem],
      ["UNLOCK", sem],
    ] as const;
    expect(told(chain(task, lines, Mine))).toEqual([
      { op: "acquire", task, lock, read: "yes" },
      { op: "release", task, lock },
      { op: "acquire", task, lock, read: "yes", try: true },
      { op: "release", task, lock },
      { op: "acquire", task, lock },
      { op: "downgrade", task, lock },
      { op: "release", task, lock },
    ]);
  });

  test("reclaim and the gfp of allocations", () => {
    const lines = [
      ["MIGHT_ALLOC", WORD.pool, GFP_KERNEL],
      ["RECLAIM", WORD.pool],
      ["RECLAIM_END", WORD.pool, 3],
      ["MIGHT_ALLOC", WORD.pool, GFP_NOWAIT],
    ] as const;
    expect(told(chain(task, lines))).toEqual([
      { op: "alloc", task, gfp: "kernel" },
      { op: "reclaim-enter", task },
      { op: "reclaim-exit", task },
      { op: "alloc", task, gfp: "nowait" },
    ]);
  });

  test("an acquire context with its back-off, slow path and end", () => {
    const [ctx, ofClass] = [AT.mine + Context.at.ctx, AT.mine + Context.at.ofClass];
    const lines = [
      ["WW_INIT", ctx, ofClass],
      ["LOCK_FAILED", WORD.resv, EDEADLK],
      ["LOCK", WORD.resv, LOCKED.IN_CONTEXT | LOCKED.SLOW],
      ["WW_DONE", ctx],
      ["UNLOCK", WORD.resv],
      ["WW_FINI", ctx],
    ] as const;
    const name = "lock_trace_context#1";
    const resv = "resv of shmem#1";
    expect(told(chain(task, lines, Context)).filter(({ op }) => op !== "object")).toEqual([
      { op: "ww-init", task, ctx: name, class: "ww_class" },
      { op: "acquire", task, lock: resv, ctx: name, result: "EDEADLK" },
      { op: "acquire", task, lock: resv, ctx: name, slow: true },
      { op: "ww-done", task, ctx: name },
      { op: "release", task, lock: resv },
      { op: "ww-fini", task, ctx: name },
    ]);
  });

  test("an attempt that a signal ended is taken and given back", () => {
    expect(told(chain(task, [["LOCK_FAILED", mine("plain"), EINTR]], Mine)).map(({ op }) => op)).toEqual([
      "acquire",
      "release",
    ]);
  });

  test("a wait that never ended counts, and what was held is given back", () => {
    const lines = [
      ["LOCK", mine("plain")],
      ["RECLAIM", WORD.pool],
      ["WAIT", mine("sem"), WAIT_KIND.READ],
    ] as const;
    expect(told(chain(task, lines, Mine))).toEqual([
      { op: "acquire", task, lock: "plain of lock_trace_mine#1" },
      { op: "reclaim-enter", task },
      { op: "might-lock", task, lock, read: "yes" },
      { op: "release", task, lock: "plain of lock_trace_mine#1" },
      { op: "reclaim-exit", task },
    ]);
  });
});
