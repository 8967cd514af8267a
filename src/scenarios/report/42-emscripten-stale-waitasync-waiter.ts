import {
  type Addr,
  compareExchange,
  exchange,
  loadWhen,
  peek,
  read,
  type Step,
  store,
  write,
} from "#shared/atomic/index";
import { allocate, free } from "#shared/memory/object";
import { type Layout, struct } from "#shared/memory/struct";
import { countFor, STAT } from "#shared/stats";
import { Futex, futexWait, futexWaitAsync, futexWake } from "#shared/sync/futex";
import { report } from "#shared/violation";
import { type Scenario, scenario } from "../define.ts";
import { type ChoiceParam, choice } from "../params.ts";
import { type Fixed, fixedParam, isFixed } from "./fixed.ts";

/** What a thread has messages announced on, and a mutex (0 free, 1 taken, 2 waited for): both one word, of one size. */
const ControlBlock: Layout<"word"> = struct("pthread_block", { word: "atomic" });
const Lock: Layout<"word"> = struct("pthread_mutex", { word: "atomic" });

const Root: Layout<"heap" | "block" | "mutex" | "started" | "running" | "futex"> = struct("emscripten", {
  heap: "plain",
  /** The control block of the thread that ends. */
  block: "plain",
  mutex: "plain",
  /** 1 once the mutex is taken and the thread that will contend for it is started; 1 once that runs. */
  started: "atomic",
  running: "atomic",
  futex: Futex,
});

const { heap: HEAP, block: BLOCK, mutex: MUTEX, started: STARTED, running: RUNNING, futex: FUTEX } = Root.at;
const ALL = 0x7fffffff;

const mutants = ["none", "free-first"] as const;
type How = { readonly fixed: string; readonly mutant: (typeof mutants)[number] };

/** A thread that listens on its control block as long as it lives, and ends. */
function* ending(root: Addr, how: How): Step<void> {
  const block = peek(root + BLOCK);
  yield* futexWaitAsync(root + FUTEX, block, 0);
  const wakesFirst = isFixed(how) && how.mutant !== "free-first";
  if (wakesFirst) yield* futexWake(root + FUTEX, block, ALL);
  countFor(STAT.FREES, 1);
  yield* free(peek(root + HEAP), block);
  if (how.mutant !== "free-first") return;
  // Late enough for the address to be somebody else's.
  yield* loadWhen(root + RUNNING, 1);
  yield* futexWake(root + FUTEX, block, ALL);
}

function* unlock(root: Addr, lock: Addr): Step<void> {
  if ((yield* exchange(lock, 0)) === 2) yield* futexWake(root + FUTEX, lock, 1);
}

/** A thread that makes a mutex, takes it, and starts another thread meanwhile. */
function* holder(root: Addr): Step<void> {
  countFor(STAT.OPS, 1);
  const lock = yield* allocate(peek(root + HEAP), Lock);
  yield* compareExchange(lock, 0, 1);
  yield* write(root + MUTEX, lock);
  yield* store(root + STARTED, 1);
  yield* loadWhen(root + RUNNING, 1);
  yield* unlock(root, lock);
}

function* contender(root: Addr): Step<void> {
  countFor(STAT.OPS, 1);
  yield* loadWhen(root + STARTED, 1);
  yield* store(root + RUNNING, 1);
  const lock = yield* read(root + MUTEX);
  if ((yield* compareExchange(lock, 0, 1)) !== 0) {
    while ((yield* exchange(lock, 2)) !== 0) {
      const slept = (yield* futexWait(root + FUTEX, lock, 2)) === 0;
      // The loop survives a wake-up that is not for it; the one who sent it had no business at this address.
      const now = slept ? yield* compareExchange(lock, 2, 2) : 0;
      if (now === 2) report("invariant", lock, now);
    }
  }
  yield* unlock(root, lock);
}

type Params = {
  readonly fixed: Fixed;
  readonly quarantine: ChoiceParam<"off" | "on">;
  readonly mutant: ChoiceParam<(typeof mutants)[number]>;
};

const definition: Scenario<Params> = scenario({
  name: "report/42-emscripten-stale-waitasync-waiter",
  claim: "a notify of a mutex reaches a thread that is blocked on the mutex, and nobody else's does",
  source: "emscripten-core/emscripten#27492, fixed by #27501",
  params: {
    fixed: fixedParam,
    quarantine: choice(["off", "on"], "off", "on: freed memory is not used again, which hides the fault"),
    mutant: choice(mutants, "none", "a deliberate fault in the fixed code"),
  },
  expect: "violated",
  expected({ fixed, quarantine, mutant }) {
    if (quarantine === "on")
      return { verdict: "holds", kinds: [], why: "no mutex ever gets the address that a waiter was left on" };
    if (mutant === "free-first")
      return {
        verdict: "violated",
        kinds: ["invariant"],
        why: "the address is a mutex again before it is notified: its waiter is woken while the mutex is held",
      };
    return fixed === "true"
      ? { verdict: "holds", kinds: [], why: "nobody waits on the block any more when it is freed" }
      : {
          verdict: "violated",
          kinds: ["lost-wakeup", "deadlock"],
          why: "the unlock wakes the first waiter of the address, which a dead thread has left there",
        };
  },
  variants: [
    { fixed: "false" },
    { fixed: "true" },
    { fixed: "false", quarantine: "on" },
    { fixed: "true", mutant: "free-first" },
  ],
  foundBy: ["explore", "race"],
  mutants: { "free-first": ["invariant"] },
  modes: ["batch"],
  meets: true,
  reuse: ({ quarantine }) => (quarantine === "on" ? "never" : "at once"),
  worldWords: () => 48,
  *setup(heap) {
    const root = yield* allocate(heap, Root);
    yield* write(root + HEAP, heap);
    yield* write(root + BLOCK, yield* allocate(heap, ControlBlock));
    return root;
  },
  tasks: () => [
    { name: "ending", run: ending },
    { name: "holder", run: holder },
    { name: "contender", run: contender },
  ],
  *check() {},
});

export default definition;
