import { type Addr, add, load, peek, read, type Step, write } from "#shared/atomic/index";
import { EINVAL } from "#shared/errno";
import { allocate, free, liveObjects } from "#shared/memory/object";
import { type Layout, struct } from "#shared/memory/struct";
import { countFor, STAT } from "#shared/stats";
import { krefGet, krefInit, krefPut } from "#shared/sync/kref";
import { Spinlock, spinLock, spinUnlock } from "#shared/sync/spinlock";
import { report } from "#shared/violation";
import { type Scenario, scenario } from "../define.ts";
import { type ChoiceParam, choice } from "../params.ts";
import { type Fixed, fixedParam, isFixed } from "./fixed.ts";

/** An object, and how many handles the driver has been told of: 0 or 1. */
const Obj: Layout<"refcount" | "opened"> = struct("gem_opened", { refcount: "atomic", opened: "atomic" });

/** The table of a file: the handle that is being created, and one that has been there for long. */
const File: Layout<"lock" | "slot0" | "slot1" | "fresh" | "old" | "heap"> = struct("gem_file", {
  lock: Spinlock,
  slot0: "plain",
  slot1: "plain",
  fresh: "plain",
  old: "plain",
  heap: "plain",
});

const { lock: LOCK, slot0: SLOTS } = File.at;
const SLOT_COUNT = 2;
const EMPTY = 0;
/** A handle that has been given out, and has no object yet. Memory starts behind it. */
const RESERVED = 1;

const mutants = ["none", "stop"] as const;
type How = { readonly fixed: string; readonly mutant: (typeof mutants)[number] };

function* setSlot(file: Addr, slot: number, entry: number): Step<void> {
  yield* spinLock(file + LOCK);
  yield* write(file + SLOTS + slot, entry);
  yield* spinUnlock(file + LOCK);
}

function* putObject(file: Addr, object: Addr): Step<void> {
  if (yield* krefPut(object + Obj.at.refcount)) yield* free(peek(file + File.at.heap), object);
}

/** The driver's callbacks; they may sleep, so they cannot run under the table's lock. */
function* openObject(object: Addr): Step<void> {
  const before = yield* add(object + Obj.at.opened, 1);
  if (before !== 0) report("invariant", object + Obj.at.opened, before + 1);
}

function* closeObject(object: Addr): Step<void> {
  const before = yield* add(object + Obj.at.opened, -1);
  if (before !== 1) report("invariant", object + Obj.at.opened, before - 1);
}

function* create(file: Addr, how: How): Step<void> {
  countFor(STAT.OPS, 1);
  const object = peek(file + File.at.fresh);
  yield* krefGet(object + Obj.at.refcount);
  yield* setSlot(file, 0, isFixed(how) ? RESERVED : object);
  yield* openObject(object);
  if (isFixed(how)) yield* setSlot(file, 0, object);
  yield* putObject(file, object);
}

/** Closes a handle by its number, which is easily guessed: 0, or EINVAL. */
function* closeHandle(file: Addr, slot: number): Step<number> {
  yield* spinLock(file + LOCK);
  const object = yield* read(file + SLOTS + slot);
  const there = object !== EMPTY && object !== RESERVED;
  if (there) yield* write(file + SLOTS + slot, EMPTY);
  yield* spinUnlock(file + LOCK);
  if (!there) return EINVAL;
  yield* closeObject(object);
  yield* putObject(file, object);
  return 0;
}

/** Looks for an object among all handles, as an ioctl does that walks the table. */
function* hasObject(file: Addr, wanted: Addr, mutant: How["mutant"]): Step<boolean> {
  let found = false;
  yield* spinLock(file + LOCK);
  for (let slot = 0; slot < SLOT_COUNT && !found; slot++) {
    const entry = yield* read(file + SLOTS + slot);
    if (entry === RESERVED && mutant === "stop") break;
    found = entry === wanted;
  }
  yield* spinUnlock(file + LOCK);
  return found;
}

function* close(file: Addr, how: How): Step<void> {
  countFor(STAT.OPS, 1);
  yield* closeHandle(file, 0);
  const old = peek(file + File.at.old);
  if (!(yield* hasObject(file, old, how.mutant))) report("invariant", old, 0);
}

type Params = { readonly fixed: Fixed; readonly mutant: ChoiceParam<(typeof mutants)[number]> };

const definition: Scenario<Params> = scenario({
  name: "report/38-gem-handle-visible-before-open",
  claim: "a handle is closed only once it is open, and a walk of the table misses no object",
  source:
    'mainline bd46cece51a3, "drm/gem: Fix race in drm_gem_handle_create_tail()" (2025); follow-up CVE-2026-46215',
  params: { fixed: fixedParam, mutant: choice(mutants, "none", "a deliberate fault in the fixed code") },
  expect: "violated",
  expected: ({ fixed, mutant }) => {
    if (mutant === "stop")
      return {
        verdict: "violated",
        kinds: ["invariant"],
        why: "the walk ends at the reserved handle in front",
      };
    return fixed === "true"
      ? { verdict: "holds", kinds: [], why: "the handle is reserved, and has no object until it is open" }
      : {
          verdict: "violated",
          kinds: ["invariant"],
          why: "the handle has its object before the driver has opened it, so another task can close it",
        };
  },
  variants: [{ fixed: "false" }, { fixed: "true" }, { fixed: "true", mutant: "stop" }],
  foundBy: ["explore", "race"],
  mutants: { stop: ["invariant"] },
  modes: ["batch"],
  worldWords: () => 48,
  *setup(heap) {
    const file = yield* allocate(heap, File);
    const [fresh, old] = [yield* allocate(heap, Obj), yield* allocate(heap, Obj)];
    yield* krefInit(fresh + Obj.at.refcount);
    yield* krefInit(old + Obj.at.refcount);
    yield* openObject(old);
    yield* write(file + SLOTS + 1, old);
    yield* write(file + File.at.fresh, fresh);
    yield* write(file + File.at.old, old);
    yield* write(file + File.at.heap, heap);
    return file;
  },
  tasks: () => [
    { name: "create", run: create },
    { name: "close", run: close },
  ],
  *check(file, _params, heap) {
    const fresh = peek(file + File.at.fresh);
    const isThere = (yield* read(file + SLOTS)) === fresh;
    if (isThere && (yield* load(fresh + Obj.at.opened)) !== 1) report("invariant", fresh + Obj.at.opened, 0);
    const expected = isThere ? 3 : 2;
    if (liveObjects(heap) !== expected) report("leak", fresh, liveObjects(heap));
  },
});

export default definition;
