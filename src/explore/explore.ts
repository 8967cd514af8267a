import { callScenario } from "../catalogue/refuse.ts";
import type { ResolvedScenario } from "../catalogue/resolve.ts";
import type { Event } from "./execution.ts";
import { type Finding, findingsAtEnd } from "./findings.ts";
import { type Granularity, Machine } from "./machine.ts";
import type { Budget, SearchResult } from "./search.ts";
import { searchAll } from "./strategy/dfs.ts";
import { searchTraces } from "./strategy/dpor.ts";

/** How interleavings are gone through. */
export const strategies = ["dpor", "dfs", "bounded"] as const;
/** The name of a strategy. */
export type StrategyName = (typeof strategies)[number];

/** What an exploration is asked to do. */
export interface ExploreOptions {
  readonly scenario: ResolvedScenario;
  readonly params: Readonly<Record<string, string | number>>;
  readonly strategy: StrategyName;
  readonly granularity: Granularity;
  /** Preemptions of strategy `bounded`. */
  readonly bound: number;
  readonly executions: number;
  readonly seconds: number;
  /** Steps of one execution, beyond which it counts as a livelock. */
  readonly steps: number;
  /** Goes on after a violation. */
  readonly keepGoing: boolean;
}

/** One violation, with the interleaving that ends in it. */
export interface Witness {
  readonly finding: Finding;
  /** Which execution it was, from 1. */
  readonly execution: number;
  readonly preemptions: number;
  readonly events: readonly Event[];
}

/** What an exploration found. */
export interface Exploration extends SearchResult {
  readonly machine: Machine;
  readonly witnesses: readonly Witness[];
  readonly seconds: number;
}

const KEPT = 16;
const COUNTED_STRATEGY_BOUND = Number.POSITIVE_INFINITY;

/** Explores a scenario. @throws UsageError if its setup throws or needs more memory than it said */
export function explore(options: ExploreOptions): Exploration {
  const { definition } = options.scenario;
  const machine = callScenario(
    options.scenario,
    "setup",
    () => new Machine(definition, options.params, options.granularity),
  );
  const started = performance.now();
  const budget: Budget = {
    executions: options.executions,
    deadline: started + options.seconds * 1000,
    steps: options.steps,
  };
  const witnesses: Witness[] = [];
  let execution = 0;
  const onExecution = ({ events }: { events: readonly Event[] }): boolean => {
    execution++;
    const [finding] = findingsAtEnd(machine);
    if (finding === undefined) return true;
    if (witnesses.length < KEPT)
      witnesses.push({ finding, execution, preemptions: preemptionsOf(machine, events), events });
    return options.keepGoing;
  };
  const bound = options.strategy === "bounded" ? options.bound : COUNTED_STRATEGY_BOUND;
  const result =
    options.strategy === "dpor"
      ? searchTraces(machine, budget, onExecution)
      : searchAll(machine, bound, budget, onExecution);
  return { ...result, machine, witnesses, seconds: (performance.now() - started) / 1000 };
}

/** Switches away from a task that could have gone on. Replays the events, and leaves the machine at their end. */
function preemptionsOf(machine: Machine, events: readonly Event[]): number {
  let preemptions = 0;
  machine.reset();
  for (const [index, event] of events.entries()) {
    const previous = events[index - 1];
    if (previous !== undefined && previous.task !== event.task && machine.enabled(previous.task))
      preemptions++;
    machine.step(event.task, event.outcome);
  }
  return preemptions;
}
