import { peek, RunAborted, type Step, WorldAbandoned } from "#shared/atomic/index";
import { pending, primitive } from "#shared/atomic/pending";
import { STEP, type StepKind } from "#shared/atomic/step-kind";
import { setCurrentTask } from "#shared/task";
import type { World } from "./arena.ts";
import type { Outcome } from "./program.ts";
import type { Scheduler } from "./scheduler.ts";
import { Trace } from "./trace.ts";

const MOST_STARTLES = 100;

/** What may be asked of a run. */
export interface RunOptions {
  /** Steps before a run counts as a livelock. */
  readonly maxSteps?: number;
  /** Called after each step with the task that took it and the steps that all tasks will take next. Throws to end the run. */
  readonly afterStep?: (task: number, next: readonly Next[]) => void;
  /**
   * Sleepers may wake up for no reason, so many times at most: one that did so for ever could keep in step with a spinner.
   * It hides lost wake-ups, so it has runs of its own.
   */
  readonly spurious?: boolean;
  /** A task is not interrupted before a plain access: those are under a lock, and its steps are what is tried. */
  readonly quietPlain?: boolean;
}

/** The step that a task will take next; NONE once it has ended. */
export interface Next {
  readonly kind: StepKind;
  readonly addr: number;
  readonly value: number;
  readonly expected: number;
}

/** A task on its way. */
class Runner implements Next {
  readonly generator: Step<unknown>;
  kind: StepKind = STEP.NONE;
  addr = 0;
  value = 0;
  expected = 0;
  started = false;
  done = false;
  result: unknown;
  /** While asleep: its place in the order of falling asleep; 0 once woken. */
  asleep = 0;
  sleeps = 0;
  /** How often it may still wake up for no reason. */
  startles = MOST_STARTLES;
  /** Changes of memory by others, up to now and up to its last turn of a spin loop: after that it looked around. */
  changes = 0;
  lookedAt = -1;
  /** How deep it is inside operations that granularity `lock` does not interrupt. */
  depth = 0;

  constructor(generator: Step<unknown>) {
    this.generator = generator;
  }

  canGo(): boolean {
    if (this.done) return false;
    if (this.kind === STEP.ASLEEP) return this.asleep === 0;
    if (this.kind === STEP.AWAIT_READ || this.kind === STEP.AWAIT_CAS)
      return peek(this.addr) === this.expected;
    return this.kind !== STEP.RELAX || this.lookedAt !== this.changes;
  }
}

/** Runs tasks in one thread, a step at a time, in the order that `scheduler` decides. */
export function runSteps(
  world: World,
  generators: readonly Step<unknown>[],
  scheduler: Scheduler,
  { maxSteps = 20_000, afterStep, spurious = false, quietPlain = false }: RunOptions = {},
): Outcome {
  const tasks = generators.map((generator) => new Runner(generator));
  const trace = new Trace();
  let sleepers = 0;
  let running = -1;

  /** Takes the pending step of a task, and notes the one that comes next. */
  function advance(index: number, task: Runner): void {
    const { kind, addr, value } = task;
    if (!task.canGo() && task.started) task.startles--;
    const before = kind === STEP.CAS ? peek(addr) : 0;
    if (kind === STEP.CHOOSE) pending.value = scheduler.choose(value);
    if (kind === STEP.NOTIFY) wake(addr, value);
    setCurrentTask(index);
    primitive.depth = task.depth;
    const result = task.generator.next();
    task.depth = primitive.depth;
    primitive.depth = 0;
    if (task.started) {
      trace.add(index, task);
      if (changesMemory(kind) || (kind === STEP.CAS && peek(addr) !== before)) changed(task);
      if (kind === STEP.RELAX) task.lookedAt = task.changes;
    }
    task.started = true;
    if (result.done) {
      task.done = true;
      task.result = result.value;
      task.kind = STEP.NONE;
      changed(task);
      if (task.depth !== 0) throw new Error(`task ${index} has left ${task.depth} operations open`);
      return;
    }
    task.kind = pending.kind;
    task.addr = pending.addr;
    task.value = pending.value;
    task.expected = pending.expected;
    if (task.kind !== STEP.ASLEEP) return;
    task.asleep = ++sleepers;
    task.sleeps++;
    changed(task);
  }

  function changed(by: Runner): void {
    for (const task of tasks) if (task !== by) task.changes++;
  }

  function wake(addr: number, count: number): void {
    tasks
      .filter((task) => task.kind === STEP.ASLEEP && task.addr === addr && task.asleep !== 0)
      .sort((a, b) => a.asleep - b.asleep)
      .slice(0, count)
      .forEach((task) => {
        task.asleep = 0;
      });
  }

  function step(): Outcome["end"] | undefined {
    const enabled: number[] = [];
    let left = 0;
    for (const [index, task] of tasks.entries()) {
      if (!task.done) left++;
      if (task.canGo() || (spurious && task.kind === STEP.ASLEEP && task.startles > 0)) enabled.push(index);
    }
    if (left === 0) return "finished";
    if (enabled.length === 0) return "deadlock";
    const stays = quietPlain && isPlain(tasks[running]?.kind);
    const index = stays ? running : scheduler.pick(enabled, running);
    const task = tasks[index];
    if (task === undefined) throw new Error(`the scheduler picked task ${index}`);
    running = index;
    advance(index, task);
    afterStep?.(index, tasks);
    return undefined;
  }

  function run(): readonly [Outcome["end"], string] {
    try {
      // Each task runs up to its first step, in order, before any takes one.
      for (const [index, task] of tasks.entries()) advance(index, task);
      for (let taken = 0; taken < maxSteps; taken++) {
        const end = step();
        if (end !== undefined) return [end, ""];
      }
      return ["livelock", `no end in ${maxSteps} steps`];
    } catch (error) {
      if (error instanceof RunAborted) throw error;
      const message = error instanceof Error ? error.message : String(error);
      return [error instanceof WorldAbandoned ? "abandoned" : "threw", `task ${running}: ${message}`];
    }
  }

  const [end, why] = run();
  const violations = world.violations();
  const flawless = end === "finished" && violations.length === 0;
  const waits = tasks.map(
    (task, index) =>
      `  task ${index}: ${task.done ? "finished" : `${trace.describe(task)}; ${world.waitOf(index)}`}`,
  );
  return {
    end,
    root: 0,
    violations,
    results: tasks.map((task) => task.result),
    sleeps: tasks.map((task) => task.sleeps),
    report: flawless
      ? ""
      : [`${end} ${why}`, ...violations.map((one) => JSON.stringify(one)), ...waits, ...trace.lines()].join(
          "\n",
        ),
  };
}

function isPlain(kind: StepKind | undefined): boolean {
  return kind === STEP.PLAIN_READ || kind === STEP.PLAIN_WRITE;
}

function changesMemory(kind: StepKind): boolean {
  return (
    kind === STEP.WRITE ||
    kind === STEP.WRITE_ONCE ||
    kind === STEP.RMW ||
    kind === STEP.AWAIT_CAS ||
    kind === STEP.PLAIN_WRITE ||
    kind === STEP.NOTIFY ||
    kind === STEP.ALLOCATE ||
    kind === STEP.FREE ||
    kind === STEP.REUSE
  );
}
