import { type Addr, compareExchange, peek, type Step, store, write } from "#shared/atomic/index";
import { allocate } from "#shared/memory/object";
import { type Layout, struct } from "#shared/memory/struct";
import { countFor, STAT } from "#shared/stats";
import {
  refcountDecAndTest,
  refcountInc,
  refcountIncNotZero,
  refcountRead,
  refcountSet,
} from "#shared/sync/refcount";
import type { ViolationKind } from "#shared/violation";
import { report } from "#shared/violation";
import { type Scenario, scenario, type TaskSpec } from "../define.ts";
import { choice, int, type Params } from "../params.ts";
import { type HoldRule, hold, sleepRarely, stutterWait, type Timing } from "./delays.ts";
import { commonParams, intOf } from "./torture.ts";
import { fail, TortureWorld, worldBase } from "./world.ts";

/** One counter that goes to zero and is born again, over and over. */
export const RefcountTorture: Layout<"refcount" | "birth"> = struct("torture_refcount", {
  refcount: "atomic",
  /** 1 while a task gives the object its first reference. */
  birth: "atomic",
});

const { refcount: REFCOUNT, birth: BIRTH } = RefcountTorture.at;
const HOLD: HoldRule = { long: 1, usual: 0, short: true };

const mutants = ["none", "get-not-atomic", "get-zero"] as const;

const caught: Readonly<Record<Exclude<(typeof mutants)[number], "none">, readonly ViolationKind[]>> = {
  "get-not-atomic": ["invariant", "refcount-underflow", "refcount-leak", "refcount-get-zero"],
  "get-zero": ["refcount-get-zero"],
};

interface Use extends Timing {
  readonly users: number;
  readonly mutant: string;
}

/** One round of a user: gets a reference, looks at the count while it has it, puts it. @kernel kernel/rcu/refscale.c: ref_refcnt_section() */
function* userRound(root: Addr, use: Use): Step<void> {
  if (yield* stutterWait(root, use)) return;
  yield* sleepRarely(use);
  const object = peek(root + TortureWorld.at.locks);
  if (!(yield* get(object, use.mutant))) return;
  countFor(STAT.OPS, 1);
  yield* checkOwned(object, use.users);
  yield* hold(HOLD, use.users, use);
  yield* checkOwned(object, use.users);
  yield* refcountDecAndTest(object + REFCOUNT);
}

/** The caller has a reference, and nobody ever has two. */
function* checkOwned(object: Addr, users: number): Step<void> {
  const count = yield* refcountRead(object + REFCOUNT);
  if (count < 1 || count > users) fail(object + REFCOUNT, count, 0);
}

/** A reference, or the first one of a new life; false if another task is about to give it that. */
function* get(object: Addr, mutant: string): Step<boolean> {
  if (mutant === "none") {
    if (yield* refcountIncNotZero(object + REFCOUNT)) return true;
    return yield* giveBirth(object);
  }
  const count = yield* refcountRead(object + REFCOUNT);
  if (count === 0) return yield* giveBirth(object);
  // The last reference can go, or another be taken, between that look and this.
  if (mutant === "get-zero") yield* refcountInc(object + REFCOUNT);
  else yield* store(object + REFCOUNT, count + 1);
  return true;
}

function* giveBirth(object: Addr): Step<boolean> {
  if ((yield* compareExchange(object + BIRTH, 0, 1)) !== 0) return false;
  // A zero seen in here stays one: nobody else may make it anything else.
  const isDead = (yield* refcountRead(object + REFCOUNT)) === 0;
  if (isDead) yield* refcountSet(object + REFCOUNT, 1);
  yield* store(object + BIRTH, 0);
  return isDead;
}

const definition: Scenario = scenario<Params>({
  name: "torture/refcount",
  claim: "whoever has a reference finds a count of one to the number of users, and in the end it is zero",
  source: "include/linux/refcount.h under the load of kernel/locking/locktorture.c; kernel/rcu/refscale.c",
  params: {
    users: int(1, 32, 2, "tasks that get a reference and put it"),
    ...commonParams,
    mutant: choice(mutants, "none", "a deliberate fault"),
  },
  expect: "holds",
  mutants: caught,
  modes: ["soak", "batch"],
  torture: (values) => ({
    type: "refcount",
    writers: intOf(values, "users"),
    readers: null,
    parameters: {
      nwriters_stress: intOf(values, "users"),
      long_hold: intOf(values, "long_hold"),
      stutter: intOf(values, "stutter"),
    },
  }),
  worldWords: (_values, mode) => worldBase(mode) + RefcountTorture.size,
  *setup(heap) {
    const root = yield* allocate(heap, TortureWorld);
    const object = yield* allocate(heap, RefcountTorture);
    yield* write(root + TortureWorld.at.locks, object);
    return root;
  },
  tasks: (values, mode) => {
    const use: Use = {
      soak: mode === "soak",
      users: intOf(values, "users"),
      longHold: intOf(values, "long_hold"),
      stutter: intOf(values, "stutter"),
      mutant: String(values.mutant),
    };
    function* uses(root: Addr): Step<void> {
      yield* userRound(root, use);
    }
    const tasks: TaskSpec<Params>[] = [];
    for (let task = 1; task <= use.users; task++) tasks.push({ name: `user-${task}`, run: uses });
    return tasks;
  },
  *check(root) {
    const object = peek(root + TortureWorld.at.locks);
    const count = yield* refcountRead(object + REFCOUNT);
    if (count !== 0) report("refcount-leak", object + REFCOUNT, count);
  },
});

export default definition;
