import { type Addr, peek, read, type Step, write } from "#shared/atomic/index";
import { allocate, free, liveObjects } from "#shared/memory/object";
import { type Layout, struct } from "#shared/memory/struct";
import { countFor, STAT } from "#shared/stats";
import { krefGet, krefGetUnlessZero, krefInit, krefPut } from "#shared/sync/kref";
import { Spinlock, spinLock, spinUnlock } from "#shared/sync/spinlock";
import { report } from "#shared/violation";
import { type Scenario, scenario } from "../define.ts";
import { type ChoiceParam, choice, type IntParam, int } from "../params.ts";

/** An object that a table points to without owning a reference. */
export const Referenced: Layout<"refcount" | "value"> = struct("referenced", {
  refcount: "atomic",
  value: "atomic",
});

/** Root: the table of one weak pointer, its lock, and what the tasks do. */
export const KrefWorld: Layout<"lock" | "weak" | "owned" | "heap" | "plainGet"> = struct("kref_world", {
  lock: Spinlock,
  /** Found by lookups; counts as no reference. */
  weak: "plain",
  /** The reference that the owner drops. */
  owned: "plain",
  heap: "plain",
  plainGet: "plain",
});

const { lock: LOCK, weak: WEAK, owned: OWNED, heap: HEAP, plainGet: PLAIN_GET } = KrefWorld.at;
const VALUE = 42;

/** Drops a reference; the last one takes the object out of the table and frees it. @kernel include/linux/kref.h: kref_put() */
function* put(root: Addr, object: Addr): Step<void> {
  if (!(yield* krefPut(object + Referenced.at.refcount))) return;
  countFor(STAT.FREES, 1);
  yield* spinLock(root + LOCK);
  yield* write(root + WEAK, 0);
  yield* spinUnlock(root + LOCK);
  yield* free(peek(root + HEAP), object);
}

function* owner(root: Addr): Step<void> {
  countFor(STAT.OPS, 1);
  yield* put(root, peek(root + OWNED));
}

function* lookup(root: Addr): Step<void> {
  countFor(STAT.OPS, 1);
  yield* spinLock(root + LOCK);
  let object = yield* read(root + WEAK);
  if (object !== 0 && peek(root + PLAIN_GET) !== 0) yield* krefGet(object + Referenced.at.refcount);
  else if (object !== 0 && !(yield* krefGetUnlessZero(object + Referenced.at.refcount))) object = 0;
  yield* spinUnlock(root + LOCK);
  if (object === 0) return;
  const value = yield* read(object + Referenced.at.value);
  if (value !== VALUE) report("use-after-free", object, value);
  yield* put(root, object);
}

type Params = { readonly mutant: ChoiceParam<"none" | "plain-get">; readonly tasks: IntParam };

const definition: Scenario<Params> = scenario({
  name: "kref/get-unless-zero",
  claim:
    "a lookup through a weak pointer that gets unless zero never revives an object and never uses a freed one",
  source: "include/linux/kref.h: kref_get_unless_zero()",
  params: {
    mutant: choice(["none", "plain-get"], "none", "a deliberate fault"),
    tasks: int(2, 64, 2, "the owner, then tasks that look the object up"),
  },
  expect: "holds",
  mutants: { "plain-get": ["refcount-get-zero", "use-after-free", "double-free"] },
  modes: ["batch"],
  worldWords: () => 48,
  *setup(heap, params) {
    const root = yield* allocate(heap, KrefWorld);
    const object = yield* allocate(heap, Referenced);
    yield* krefInit(object + Referenced.at.refcount);
    yield* write(object + Referenced.at.value, VALUE);
    yield* write(root + WEAK, object);
    yield* write(root + OWNED, object);
    yield* write(root + HEAP, heap);
    yield* write(root + PLAIN_GET, params.mutant === "plain-get" ? 1 : 0);
    return root;
  },
  tasks: ({ tasks }) =>
    Array.from({ length: tasks }, (_, index) =>
      index === 0 ? { name: "owner", run: owner } : { name: `lookup-${index}`, run: lookup },
    ),
  *check(root, _params, heap) {
    if (liveObjects(heap) !== 1) report("leak", peek(root + OWNED), liveObjects(heap));
  },
});

export default definition;
