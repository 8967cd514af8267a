import { type Scenario, scenario } from "#scenarios/define";
import type { Addr, Step } from "#shared/atomic/index";
import { allocateWords } from "#shared/memory/object";
import { type Finding, findingsAtEnd } from "../../../src/explore/findings.ts";
import { type Granularity, Machine } from "../../../src/explore/machine.ts";
import { searchAll } from "../../../src/explore/strategy/dfs.ts";
import { searchTraces } from "../../../src/explore/strategy/dpor.ts";
import { judge, type Operation, type Spec, textOf, type Verdict } from "./checker.ts";
import { History } from "./history.ts";

/** An object under test: its operations by name, on the memory that `setup` laid out. */
export interface Subject {
  readonly words: number;
  readonly setup?: (object: Addr, tasks: number) => Step<void>;
  readonly operations: Readonly<Record<string, (object: Addr) => Step<unknown>>>;
  /** What can be seen of the object at the end: the result of an operation `end` after all others. */
  readonly end?: (machine: Machine, object: Addr) => unknown;
  /** What the tasks report is in `end`, for the specification to judge. Else a report is a fault. */
  readonly reports?: boolean;
}

/** How a task calls an operation: by its name. */
export type Perform = (name: string) => Step<unknown>;

/** What a task does: names of operations in order, or a function that decides as it goes. */
export type Task = string | ((perform: Perform) => Step<void>);

/** How far to go: every trace (the default), or every interleaving within so many preemptions; the first so many. */
export interface Extent {
  readonly granularity?: Granularity;
  readonly preemptions?: number;
  readonly first?: number;
}

/** What an exploration saw. */
export interface Seen {
  readonly executions: number;
  readonly exhaustive: boolean;
  /** All that was wrong, in order: a verdict with the explorer's own finding, if it had one. */
  readonly faults: readonly string[];
  /** The first history with a fault. */
  readonly example: string;
  /** Every history seen, as text. */
  readonly histories: ReadonlySet<string>;
}

/** The word that counts returns comes first, the object behind it on a line of its own. */
const OBJECT = 16;
const STEPS = 5000;

function taskOf(task: Task): (perform: Perform) => Step<void> {
  if (typeof task !== "string") return task;
  return function* inOrder(perform) {
    let last: unknown = true;
    for (const name of task.split(", ")) {
      // `?unlock` is left out where the operation before it did not get the lock.
      if (name.startsWith("?") && last !== true && last !== 0) continue;
      last = yield* perform(name.replace("?", ""));
    }
  };
}

/** Where an exploration keeps what belongs to its executions. */
interface World {
  readonly history: History;
  base: Addr;
}

function scenarioOf(subject: Subject, tasks: readonly Task[], world: World): Scenario {
  const { history } = world;
  function run(task: Task): (base: Addr) => Step<void> {
    return function* program(base) {
      history.begin();
      yield* taskOf(task)((name) => {
        const operation = subject.operations[name];
        if (operation === undefined) throw new Error(`no operation ${name}`);
        return history.perform(base, name, operation(base + OBJECT));
      });
    };
  }
  return scenario({
    name: "test/linearizability",
    claim: "",
    source: "",
    params: {},
    expect: "holds",
    mutants: {},
    modes: ["batch"],
    worldWords: () => 64 + OBJECT + subject.words,
    *setup(heap) {
      const base = yield* allocateWords(heap, 0, OBJECT + subject.words);
      if (subject.setup !== undefined) yield* subject.setup(base + OBJECT, tasks.length);
      world.base = base;
      return base;
    },
    tasks: () => tasks.map((task, index) => ({ name: `t${index}`, run: run(task) })),
    *check() {},
  }) as unknown as Scenario;
}

/** Explores the tasks on the subject and judges every execution by the specification. */
export function explore<S>(
  subject: Subject,
  spec: Spec<S>,
  tasks: readonly Task[],
  extent: Extent = {},
): Seen {
  const world: World = { history: new History(tasks.length), base: 0 };
  const machine = new Machine(scenarioOf(subject, tasks, world), {}, extent.granularity ?? "atomic");
  const known = new Map<string, Verdict>();
  const faults = new Set<string>();
  let example = "";
  function judgeExecution(): boolean {
    const rows = [...world.history.rows, ...endOf(subject, machine, world)];
    const text = textOf(rows);
    const verdict = known.get(text) ?? judge(spec, rows);
    known.set(text, verdict);
    const judged = subject.reports === true && machine.violations() > 0;
    const fault = faultOf(verdict, judged ? undefined : findingsAtEnd(machine)[0]);
    if (fault !== "" && faults.size === 0) example = text;
    if (fault !== "") faults.add(fault);
    return true;
  }
  const budget = {
    executions: extent.first ?? Number.POSITIVE_INFINITY,
    deadline: Number.POSITIVE_INFINITY,
    steps: STEPS,
  };
  const { executions, exhaustive } =
    extent.preemptions === undefined
      ? searchTraces(machine, budget, judgeExecution)
      : searchAll(machine, extent.preemptions, budget, judgeExecution);
  return { executions, exhaustive, faults: [...faults].sort(), example, histories: new Set(known.keys()) };
}

/** A wait that the specification asks for is no fault, whatever the explorer calls it. */
function faultOf(verdict: Verdict, finding: Finding | undefined): string {
  const asked = verdict === "linearizable" && finding !== undefined && finding.waits.length > 0;
  const fault = verdict === "linearizable" ? [] : [verdict];
  return [...fault, ...(finding === undefined || asked ? [] : [finding.kind])].join(", ");
}

function endOf({ end }: Subject, machine: Machine, { history, base }: World): Operation[][] {
  if (end === undefined) return [];
  const returns = history.rows.flat().filter(({ returned }) => returned !== undefined).length;
  const operation = { task: history.rows.length, name: "end", calledAfter: returns, returned: returns };
  return [[{ ...operation, result: end(machine, base + OBJECT) }]];
}
