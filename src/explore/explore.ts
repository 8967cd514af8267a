import { callScenario } from "../catalogue/refuse.ts";
import type { ResolvedScenario } from "../catalogue/resolve.ts";
import type { Event } from "./event.ts";
import type { EventLog } from "./event-log.ts";
import { type Finding, findingsAtEnd } from "./findings.ts";
import { type Granularity, Machine } from "./machine.ts";
import { isPreemption } from "./preemption.ts";
import type { Budget, SearchResult } from "./search.ts";
import { shrink } from "./shrink.ts";
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
  /** Seconds to look for fewer preemptions; 0: none. */
  readonly shrinkSeconds: number;
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
  /** Steps and preemptions as it was met, before shrinking. */
  readonly met: { readonly steps: number; readonly preemptions: number };
  /** True if no interleaving with fewer preemptions fails in this way. */
  readonly fewest: boolean;
}

/** What an exploration found. */
export interface Exploration extends SearchResult {
  readonly machine: Machine;
  readonly witnesses: readonly Witness[];
  readonly seconds: number;
}

const KEPT = 16;

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
  const onExecution = (log: EventLog): boolean => {
    execution++;
    const [finding] = findingsAtEnd(machine);
    if (finding === undefined) return true;
    const { events } = log;
    const preemptions = preemptionsOf(machine, events);
    const met = { steps: events.length, preemptions };
    if (witnesses.length < KEPT)
      witnesses.push({ finding, execution, preemptions, events, met, fewest: false });
    return options.keepGoing;
  };
  const bound = options.strategy === "bounded" ? options.bound : Number.POSITIVE_INFINITY;
  const result =
    options.strategy === "dpor"
      ? searchTraces(machine, budget, onExecution)
      : searchAll(machine, bound, budget, onExecution);
  const seconds = (performance.now() - started) / 1000;
  const [first] = witnesses;
  if (first !== undefined && !options.keepGoing && options.shrinkSeconds > 0)
    witnesses[0] = shrunk(machine, first, options);
  return { ...result, machine, witnesses, seconds };
}

function shrunk(machine: Machine, witness: Witness, options: ExploreOptions): Witness {
  const deadline = performance.now() + options.shrinkSeconds * 1000;
  const found = { events: witness.events, preemptions: witness.preemptions, proved: false };
  const { events, preemptions, proved } = shrink(
    machine,
    witness.finding.kind,
    found,
    options.steps,
    deadline,
  );
  // The machine has to stand at the end of what is shown: names and values are read from it.
  preemptionsOf(machine, events);
  const finding = findingsAtEnd(machine)[0] ?? witness.finding;
  return { ...witness, finding, events, preemptions, fewest: proved };
}

/** Switches away from a task that could have gone on. Replays the events, and leaves the machine at their end. */
function preemptionsOf(machine: Machine, events: readonly Event[]): number {
  let preemptions = 0;
  machine.reset();
  for (const [index, event] of events.entries()) {
    if (isPreemption(machine, events[index - 1]?.task ?? -1, event.task)) preemptions++;
    machine.step(event.task, event.outcome);
  }
  return preemptions;
}
