import fc from "fast-check";
import { type Scenario, scenario } from "#scenarios/define";
import {
  type Addr,
  add,
  compareExchange,
  exchangeWhen,
  load,
  loadWhen,
  read,
  readOnce,
  type Step,
  store,
  write,
  writeOnce,
} from "#shared/atomic/index";
import { allocateWords } from "#shared/memory/object";
import { currentTask } from "#shared/task";
import { report } from "#shared/violation";

/** Words of a random program, all 0 at first. */
const WORDS = 2;

type Perform = (addr: Addr, value: number) => Step<unknown>;

/** What a random task can do with a word. */
export type OpName =
  | "load"
  | "store"
  | "add"
  | "cas"
  | "try"
  | "lock"
  | "unlock"
  | "await"
  | "plain-read"
  | "plain-write"
  | "read-once"
  | "write-once"
  | "assert";

const performs: Readonly<Record<OpName, Perform>> = {
  load,
  store,
  add: (addr) => add(addr, 1),
  cas: (addr, value) => compareExchange(addr, value, value + 1),
  try: (addr) => compareExchange(addr, 0, 1),
  lock: (addr) => exchangeWhen(addr, 0, 1),
  unlock: (addr) => store(addr, 0),
  await: loadWhen,
  "plain-read": read,
  "plain-write": write,
  "read-once": readOnce,
  "write-once": writeOnce,
  *assert(addr, value) {
    if ((yield* load(addr)) === value + 1) report("invariant", addr, value);
  },
};

/** One step of a random task. */
export interface Op {
  readonly op: OpName;
  readonly word: number;
  readonly value: number;
}

/** A scenario of these tasks. */
export function programOf(tasks: readonly (readonly Op[])[]): Scenario {
  function* run(base: Addr): Step<void> {
    for (const { op, word, value } of tasks[currentTask()] ?? []) yield* performs[op](base + word, value);
  }
  return scenario({
    name: "test/random",
    claim: "",
    source: "",
    params: {},
    expect: "holds",
    mutants: {},
    modes: ["batch"],
    worldWords: () => 64,
    *setup(heap) {
      return yield* allocateWords(heap, 0, WORDS);
    },
    tasks: () => tasks.map((_, index) => ({ name: `t${index}`, run })),
    *check() {},
  }) as unknown as Scenario;
}

/** Random programs of two or three tasks, of so many steps each at most. */
export function programs(ops: readonly OpName[], most: number): fc.Arbitrary<Op[][]> {
  const op = fc.record({
    op: fc.constantFrom(...ops),
    word: fc.integer({ min: 0, max: WORDS - 1 }),
    value: fc.integer({ min: 0, max: 2 }),
  });
  return fc.array(fc.array(op, { minLength: 1, maxLength: most }), { minLength: 2, maxLength: 3 });
}
