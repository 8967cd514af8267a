import type { Outcome, Params, Program } from "./program.ts";
import { faults } from "./program.ts";
import type { Scheduler } from "./scheduler.ts";
import { Trial } from "./trials.ts";

/** A point where more than one thing could happen next. */
interface Branch {
  readonly options: readonly number[];
  taken: number;
}

/** How far a search goes. */
export interface Bounds {
  /** Switches away from a task that could have gone on. */
  readonly preemptions: number;
  /** Executions before the search gives up; that is a failure of the test, which asked for all of them. */
  readonly most: number;
}

/** What a search found. */
export interface Search {
  readonly executions: number;
  /** The first fault, or nothing. */
  readonly fault: string;
  /** How many executions ended how. */
  readonly ends: Readonly<Partial<Record<Outcome["end"], number>>>;
}

/**
 * Runs every schedule of a tiny program that has at most so many preemptions, depth first. Stateless: each
 * execution starts anew and follows the choices of the last one up to the point where it differs.
 */
export function explore<P extends Params>(
  program: Program<P>,
  params: P,
  { preemptions, most }: Bounds,
  judge: (outcome: Outcome) => string = faults,
): Search {
  const trial = new Trial(program, params);
  const path: Branch[] = [];
  const ends: Partial<Record<Outcome["end"], number>> = {};
  for (let executions = 1; ; executions++) {
    const outcome = trial.run(walk(path, preemptions), { quietPlain: true });
    ends[outcome.end] = (ends[outcome.end] ?? 0) + 1;
    const fault = judge(outcome);
    if (fault !== "") {
      const title = `${program.name} ${JSON.stringify(params)}, execution ${executions}`;
      return { executions, fault: `${title}: ${fault}`, ends };
    }
    if (!nextPath(path)) return { executions, fault: "", ends };
    if (executions === most) return { executions, fault: `more than ${most} executions`, ends };
  }
}

/** Follows `path` as far as it goes and extends it by the first option of each new branch. */
function walk(path: Branch[], preemptions: number): Scheduler {
  let depth = 0;
  let left = preemptions;

  function decide(options: readonly number[]): number {
    if (options.length === 1) return options[0] ?? 0;
    if (depth === path.length) path.push({ options, taken: 0 });
    const branch = path[depth++];
    return branch?.options[branch.taken] ?? 0;
  }

  return {
    pick(enabled, running) {
      if (!enabled.includes(running)) return decide([...enabled]);
      if (left === 0) return running;
      const chosen = decide([running, ...enabled.filter((task) => task !== running)]);
      if (chosen !== running) left--;
      return chosen;
    },
    choose: (n) => decide(Array.from({ length: n }, (_, outcome) => outcome)),
  };
}

function nextPath(path: Branch[]): boolean {
  for (let last = path.pop(); last !== undefined; last = path.pop()) {
    if (last.taken + 1 < last.options.length) {
      path.push({ options: last.options, taken: last.taken + 1 });
      return true;
    }
  }
  return false;
}
