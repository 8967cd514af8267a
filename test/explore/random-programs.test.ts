import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Scenario, scenario } from "#scenarios/define";
import {
  type Addr,
  add,
  compareExchange,
  cpuRelax,
  exchangeWhen,
  load,
  loadWhen,
  notify,
  type Step,
  store,
  wait,
} from "#shared/atomic/index";
import { allocateWords } from "#shared/memory/object";
import { currentTask } from "#shared/task";
import type { Event } from "../../src/explore/event.ts";
import { Machine } from "../../src/explore/machine.ts";
import { searchAll } from "../../src/explore/strategy/dfs.ts";
import { searchTraces } from "../../src/explore/strategy/dpor.ts";
import { eventsBefore } from "./happens-before.ts";

const WORDS = 2;

/** One step of a random task. */
interface Op {
  readonly op:
    | "load"
    | "store"
    | "add"
    | "cas"
    | "lock"
    | "unlock"
    | "try"
    | "await"
    | "park"
    | "wake"
    | "spin";
  readonly word: number;
  readonly value: number;
}

function* perform(base: Addr, { op, word, value }: Op): Step<void> {
  const addr = base + word;
  if (op === "load") yield* load(addr);
  else if (op === "store") yield* store(addr, value);
  else if (op === "add") yield* add(addr, 1);
  else if (op === "cas") yield* compareExchange(addr, value, value + 1);
  else if (op === "lock") yield* exchangeWhen(addr, 0, 1);
  else if (op === "unlock") yield* store(addr, 0);
  else if (op === "try") yield* compareExchange(addr, 0, 1);
  else if (op === "park") yield* parkUntil(addr, value);
  else if (op === "spin") yield* spinUntil(addr, value);
  else if (op === "wake") {
    yield* store(addr, value);
    yield* notify(addr, 1 + word);
  } else yield* loadWhen(addr, value);
}

function* parkUntil(addr: Addr, value: number): Step<void> {
  for (let seen = yield* load(addr); seen !== value; seen = yield* load(addr)) yield* wait(addr, seen);
}

function* spinUntil(addr: Addr, value: number): Step<void> {
  for (let turn = 0; (yield* load(addr)) !== value; turn++) yield* cpuRelax(turn);
}

function programOf(tasks: readonly (readonly Op[])[]): Scenario {
  function* run(base: Addr): Step<void> {
    for (const op of tasks[currentTask()] ?? []) yield* perform(base, op);
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

const budget = { executions: 20_000, deadline: Number.POSITIVE_INFINITY, steps: 1000 };

/** What makes two interleavings the same trace: each event with what it touched and all that comes before it. */
function traceKey(events: readonly Event[], tasks: number): string {
  const order = eventsBefore(events);
  const rows = Array.from({ length: tasks }, () => [] as string[]);
  for (const [index, event] of events.entries()) {
    const before = [...(order[index] ?? [])];
    const counts = Array.from(
      { length: tasks },
      (_, task) => before.filter((at) => events[at]?.task === task).length,
    );
    rows[event.task]?.push(`${event.kind}@${event.addr}${event.writes}<${counts.join(",")}>`);
  }
  return rows.map((row) => row.join(" ")).join(" | ");
}

const opOf = (...ops: Op["op"][]): fc.Arbitrary<Op> =>
  fc.record({
    op: fc.constantFrom(...ops),
    word: fc.integer({ min: 0, max: WORDS - 1 }),
    value: fc.integer({ min: 0, max: 2 }),
  });
const programsOf = (op: fc.Arbitrary<Op>, most: number): fc.Arbitrary<Op[][]> =>
  fc.array(fc.array(op, { minLength: 1, maxLength: most }), { minLength: 2, maxLength: 3 });
const programs = programsOf(opOf("load", "store", "add", "cas", "lock", "unlock", "try", "await"), 3);
// Sleepers and spinners take more steps, and as many more interleavings: short programs.
const waiting = programsOf(opOf("park", "park", "wake", "wake", "spin", "store", "load", "add"), 2);

describe("on random programs with locks, tries, swaps and awaits", () => {
  test("optimal DPOR runs every trace once: as many as brute force tells apart", () => {
    fc.assert(fc.property(programs, everyTraceOnce), { numRuns: 1500 });
  }, 120_000);
});

describe("on random programs with sleepers, wake-ups and spin loops", () => {
  test("optimal DPOR runs every trace once", () => {
    fc.assert(fc.property(waiting, everyTraceOnce), { numRuns: 400 });
  }, 240_000);
});

function everyTraceOnce(tasks: readonly (readonly Op[])[]): void {
  const machine = new Machine(programOf(tasks), {});
  const brute = new Set<string>();
  const { exhaustive } = searchAll(machine, Number.POSITIVE_INFINITY, budget, ({ events }) => {
    brute.add(traceKey(events, tasks.length));
    return true;
  });
  fc.pre(exhaustive);
  const found: string[] = [];
  const { blocked } = searchTraces(
    machine,
    { ...budget, executions: 1e6 },
    ({ events }) => found.push(traceKey(events, tasks.length)) > 0,
  );
  expect(new Set(found).size, "no trace twice").toBe(found.length);
  expect(new Set(found)).toEqual(brute);
  expect(blocked, "none given up").toBe(0);
}
