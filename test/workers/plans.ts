import type { Scenario } from "#scenarios/define";
import { STEP } from "#shared/atomic/step-kind";
import { findingsAtEnd } from "../../src/explore/findings.ts";
import { Machine, TASK_AT } from "../../src/explore/machine.ts";
import { isSpinning } from "../../src/explore/waits.ts";
import type { FollowedStep, PendingStep, PlannedStep, ThreadPlan } from "../../src/record/thread-plan.ts";

/** What the stepper saw while it took the steps of a plan. */
export interface Stepped {
  readonly plan: ThreadPlan;
  readonly log: readonly Omit<FollowedStep, "wrote">[];
  readonly pending: readonly PendingStep[];
  readonly words: Int32Array;
  readonly reports: ReturnType<Machine["reports"]>;
  readonly findings: readonly string[];
}

type Params = Readonly<Record<string, string | number>>;

/** Numbers from 0 to n-1, the same again for the same seed. */
export function lots(seed: number): (n: number) => number {
  let random = Math.imul(seed, 0x9e3779b1) | 1;
  return (n) => {
    random ^= random << 13;
    random ^= random >>> 17;
    random ^= random << 5;
    return (random >>> 0) % n;
  };
}

/** Lets the stepper run until no task can go on, or for `most` steps: `pick` says which of the tasks that can. */
export function stepped(
  definition: Scenario,
  params: Params,
  pick: (enabled: readonly number[], machine: Machine) => number,
  { most, outcome }: { readonly most: number; readonly outcome: (n: number) => number },
): Stepped {
  const machine = new Machine(definition, params, "atomic");
  machine.reset();
  const steps: PlannedStep[] = [];
  const log: Omit<FollowedStep, "wrote">[] = [];
  const all = Array.from({ length: machine.tasks }, (_, task) => task);
  while (steps.length < most) {
    const enabled = all.filter((task) => machine.enabled(task));
    if (enabled.length === 0) break;
    const task = pick(enabled, machine);
    const kind = machine.kind[task] ?? 0;
    const addr = machine.addr[task] ?? 0;
    const taken = kind === STEP.CHOOSE ? outcome(machine.value[task] ?? 0) : 0;
    steps.push({ task, kind, addr, outcome: taken });
    log.push({ task, kind, addr, before: machine.words[addr] ?? 0 });
    machine.step(task, taken);
  }
  const over = all.every((task) => !machine.enabled(task));
  const findings = over ? findingsAtEnd(machine).map(({ kind }) => kind) : [];
  return {
    plan: { tasks: machine.tasks, steps },
    log,
    pending: all.map((task) => ({
      finished: machine.finished(task),
      threw: machine.state[task] === TASK_AT.THREW,
      blocked: !machine.finished(task) && !machine.enabled(task) && !isSpinning(machine, task),
      kind: machine.kind[task] ?? 0,
      addr: machine.addr[task] ?? 0,
      value: machine.value[task] ?? 0,
      expected: machine.expected[task] ?? 0,
    })),
    words: machine.words.slice(),
    reports: machine.reports(),
    findings,
  };
}

/** A run in which lots decide, and mostly let a task go on: half of the steps would be switches otherwise. */
export function atRandom(definition: Scenario, params: Params, seed: number, most = 2000): Stepped {
  const draw = lots(seed);
  let running = 0;
  const pick = (enabled: readonly number[]): number => {
    if (!enabled.includes(running) || draw(4) === 0) running = enabled[draw(enabled.length)] ?? 0;
    return running;
  };
  return stepped(definition, params, pick, { most, outcome: draw });
}

/** The first of these runs whose end is a finding of this kind. */
export function endingIn(definition: Scenario, params: Params, kinds: readonly string[]): Stepped {
  for (let seed = 1; seed < 5000; seed++) {
    const run = atRandom(definition, params, seed);
    if (run.findings.some((kind) => kinds.includes(kind))) return run;
  }
  throw new Error(`${definition.name}: no run ended in ${kinds.join(" or ")}`);
}
