import { setImmediate as breathe } from "node:timers/promises";
import type { ViolationKind } from "#shared/violation";
import { adviceFor } from "../catalogue/owned-locks.ts";
import type { ResolvedScenario } from "../catalogue/resolve.ts";
import type { Advice } from "../record/advice.ts";
import { UsageError } from "../record/usage-error.ts";
import { isMild } from "../record/violation-kinds.ts";
import { ExecutionChains } from "./chains.ts";
import { confirmCycle } from "./confirm.ts";
import { assertSameAgain } from "./determinism.ts";
import type { EventLog } from "./event-log.ts";
import { allAtEnd, type Finding, findingsAtEnd } from "./findings.ts";
import { lastStepOf } from "./last-step.ts";
import type { Granularity, Machine } from "./machine.ts";
import { preemptionsOf } from "./preemption.ts";
import type { Budget, Search, SearchResult } from "./search.ts";
import { setUp } from "./set-up.ts";
import { type Failure, shrink } from "./shrink.ts";
import { beginSearch, type StrategyName } from "./strategies.ts";

/** What an exploration is asked to do. */
export interface ExploreOptions {
  readonly scenario: ResolvedScenario;
  readonly params: Readonly<Record<string, string | number>>;
  readonly strategy: StrategyName;
  readonly granularity: Granularity;
  /** Preemptions of strategy `bounded`. */
  readonly bound: number;
  /** Bug depth of strategy `pct`. */
  readonly depth: number;
  /** Seed of the strategies that draw. */
  readonly seed: number;
  readonly executions: number;
  readonly seconds: number;
  /** Steps of one execution, beyond which it counts as a livelock. */
  readonly steps: number;
  /** Interleavings to look at for fewer preemptions; 0: none. */
  readonly shrink: number;
  /** Goes on after a violation, and runs each execution to its end. */
  readonly keepGoing: boolean;
  /** Looks for this kind only: what else is wrong does not end the exploration. */
  readonly wanted?: readonly ViolationKind[];
  /** Runs each execution twice and compares. */
  readonly checkDeterminism?: boolean;
  /** Where an earlier exploration of the same stopped. */
  readonly saved?: object | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: ExploreProgress) => void;
}

/** How far an exploration is. */
export interface ExploreProgress extends SearchResult {
  readonly seconds: number;
  /** Estimated part of all there is, 0 to 1. */
  readonly share: number;
  /** What is needed to go on from here later. */
  save(): object;
}

/** One violation, with the interleaving that ends in it. */
export interface Witness extends Failure {
  /** Which execution it was, from 1. */
  readonly execution: number;
  /** Steps and preemptions as it was met, before shrinking. */
  readonly met: { readonly steps: number; readonly preemptions: number };
  /** True if no interleaving with fewer preemptions fails in this way. */
  readonly fewest: boolean;
}

/** What the tasks of all executions recorded: see `ExecutionChains.all`. */
export type HeardChains = ReturnType<ExecutionChains["all"]>;

/** What an exploration found. */
export interface Exploration extends SearchResult {
  readonly machine: Machine;
  /** True if it ended in the first look, at interleavings of one preemption at most. */
  readonly firstLook: boolean;
  /** The gravest first. */
  readonly witnesses: readonly Witness[];
  /** Every kind of violation that was met; all that there are where the exploration kept going and was exhaustive. */
  readonly kinds: ReadonlySet<ViolationKind>;
  /** Where the execution that went on past the limit of steps was, and whose step it was; undefined if there was none. */
  readonly overranAt: { readonly task: number; readonly at: string | null } | undefined;
  readonly seconds: number;
  readonly interrupted: boolean;
  /** Everything that the tasks recorded, for lockdep. */
  readonly chains: HeardChains;
  /** Rules that the tasks broke, whether or not it came to anything. */
  readonly advice: readonly Advice[];
  /** What is needed to go on later; undefined once nothing is left. */
  readonly saved: object | undefined;
}

/** What the search itself says. */
type Searched = Omit<Exploration, "chains" | "advice">;

/** Violations that are kept with their interleavings. */
const KEPT = 16;
/** Interleavings of the first look. */
const FIRST_LOOK = 3_000;
/** Interleavings that are run past a data race. */
const BEHIND = 1_000;
/** What a data race or a contention may lead to, and tells more than they do. */
const LED_TO: readonly ViolationKind[] = ["lost-wakeup", "deadlock", "double-free", "use-after-free"];
/** Milliseconds of search between looks at the world outside. */
const SLICE_MS = 100;

/**
 * Explores a scenario. Lets the event loop turn now and then, so that ^C and progress get through.
 * @throws UsageError if its setup throws or needs more memory than it said
 * @throws Nondeterminism if it depends on more than its schedule
 */
export async function explore(options: ExploreOptions): Promise<Exploration> {
  const { definition } = options.scenario;
  if (!definition.modes.includes("batch"))
    throw new UsageError("UNSUPPORTED", {
      what: `${definition.name} cannot be explored: its world has no end (modes: ${definition.modes.join(", ")})`,
      allowed: "scenarios with mode batch",
    });
  const machine = setUp(options.scenario, options.params, options.granularity);
  const chains = new ExecutionChains(machine);
  try {
    const found = await search(machine, options, chains);
    const heard = chains.all();
    return { ...found, advice: adviceFor(heard.chains), chains: heard };
  } finally {
    chains.stop();
  }
}

async function search(machine: Machine, options: ExploreOptions, chains: ExecutionChains): Promise<Searched> {
  const found = await firstFailure(machine, options, chains);
  const [first] = found.witnesses;
  const goesOn = options.strategy === "dpor" && !options.keepGoing && options.wanted === undefined;
  if (first === undefined || !goesOn || !isMild(first.finding.kind)) return found;
  return await behind(machine, options, found, chains);
}

/**
 * A data race or a contention ends an execution, and may be the first sign of something graver: a plain store and no
 * notify, a lock that is freed under its holder. So some executions are run past them, in search of that.
 */
async function behind(
  machine: Machine,
  options: ExploreOptions,
  found: Searched,
  chains: ExecutionChains,
): Promise<Searched> {
  const executions = Math.min(BEHIND, options.executions);
  const look = { ...options, strategy: "bounded", bound: 1, executions, wanted: LED_TO } as const;
  const run = new Run(machine, look, "past mild ones", chains);
  await run.toTheEnd();
  const consequence = run.exploration(0);
  return {
    ...found,
    witnesses: [...consequence.witnesses, ...found.witnesses],
    kinds: new Set([...found.kinds, ...consequence.kinds]),
    seconds: found.seconds + consequence.seconds,
    interrupted: found.interrupted || consequence.interrupted,
  };
}

async function firstFailure(
  machine: Machine,
  options: ExploreOptions,
  chains: ExecutionChains,
): Promise<Searched> {
  const glimpse = await firstLook(machine, options, chains);
  if (glimpse !== undefined) return glimpse;
  const run = new Run(machine, options, options.keepGoing ? undefined : "any", chains);
  if (await run.toTheEnd()) return run.exploration(0);
  // What looked like a deadlock was undone by a third task: such cycles have to be waited out.
  const patient = new Run(machine, options, "not at cycles", chains);
  await patient.toTheEnd();
  return patient.exploration(0);
}

/**
 * Most bugs need one preemption, and a search of all traces may come to them late: so the interleavings with one at
 * most are looked at first, some of them. What that finds ends the exploration; undefined if it finds nothing, and
 * then nothing of it counts.
 */
async function firstLook(
  machine: Machine,
  options: ExploreOptions,
  chains: ExecutionChains,
): Promise<Searched | undefined> {
  if (options.strategy !== "dpor" || options.keepGoing || options.saved !== undefined) return undefined;
  const executions = Math.min(FIRST_LOOK, options.executions);
  const look = { ...options, strategy: "bounded", bound: 1, executions } as const;
  const run = new Run(machine, look, "any", chains);
  return (await run.toTheEnd()) && run.hasFound ? run.exploration(1) : undefined;
}

class Run {
  readonly #machine: Machine;
  readonly #options: ExploreOptions;
  readonly #chains: ExecutionChains;
  readonly #budget: Budget;
  readonly #search: Search;
  readonly #witnesses: Witness[] = [];
  readonly #kinds = new Set<ViolationKind>();
  readonly #started = performance.now();
  #mistaken = false;
  #execution: number;
  #seconds = 0;
  #over = false;

  constructor(
    machine: Machine,
    options: ExploreOptions,
    stopAtReport: Budget["stopAtReport"],
    chains: ExecutionChains,
  ) {
    this.#machine = machine;
    this.#chains = chains;
    this.#options = options;
    this.#budget = { executions: options.executions, steps: options.steps, stopAtReport };
    this.#search = beginSearch(machine, options, this.#budget, (log) => this.#onExecution(log));
    this.#execution = this.#search.result.executions;
  }

  /** False if a cycle of waits turned out not to stand, so that the search has to be made again. */
  async toTheEnd(): Promise<boolean> {
    const { seconds, signal, onProgress } = this.#options;
    for (;;) {
      this.#over = this.#search.goOn(performance.now() + SLICE_MS);
      this.#seconds = (performance.now() - this.#started) / 1000;
      if (this.#mistaken) return false;
      if (this.#over || signal?.aborted === true || this.#seconds >= seconds) break;
      onProgress?.({
        ...this.#search.result,
        seconds: this.#seconds,
        share: this.#search.share(),
        save: () => this.#search.save(),
      });
      await breathe();
    }
    const [first] = this.#witnesses;
    if (first !== undefined && !this.#options.keepGoing && this.#options.shrink > 0)
      this.#witnesses[0] = { ...first, ...shrink(this.#machine, first, this.#budget, this.#options.shrink) };
    return true;
  }

  get hasFound(): boolean {
    return this.#witnesses.length > 0;
  }

  /** `firstLook`: 1 if this was one, else 0. */
  exploration(firstLook: 0 | 1): Searched {
    const { result } = this.#search;
    const stopped = this.#witnesses.length > 0 && !this.#options.keepGoing;
    return {
      ...result,
      firstLook: firstLook === 1,
      // Executions that ended at what they met have not been run to their ends.
      exhaustive: result.exhaustive && firstLook === 0 && !stopped,
      machine: this.#machine,
      witnesses: this.#witnesses,
      kinds: this.#kinds,
      overranAt: result.overran ? lastStepOf(this.#machine, this.#search.log, this.#options) : undefined,
      seconds: this.#seconds,
      interrupted: !this.#over && this.#options.signal?.aborted === true,
      saved: result.exhaustive || stopped || result.overran ? undefined : this.#search.save(),
    };
  }

  #onExecution(log: EventLog): boolean {
    this.#execution++;
    this.#chains.ended();
    if (this.#options.keepGoing) this.#keepNewKinds(log);
    // As many as are kept have been found: the search goes on for its counts alone.
    if (this.#options.keepGoing && this.#witnesses.length >= KEPT) return true;
    const { wanted } = this.#options;
    const all = (wanted === undefined ? findingsAtEnd : allAtEnd)(this.#machine, log);
    const [finding, ...others] = wanted === undefined ? all : all.filter(({ kind }) => wanted.includes(kind));
    if (finding === undefined) {
      if (this.#options.checkDeterminism === true) assertSameAgain(this.#machine, log);
      return true;
    }
    if (this.#budget.stopAtReport === "any" && !this.#stands(finding)) {
      this.#mistaken = true;
      return false;
    }
    this.#kinds.add(finding.kind);
    if (this.#options.keepGoing) {
      const isKept = this.#witnesses.at(-1)?.execution === this.#execution;
      return isKept || this.#keep(log, finding);
    }
    this.#keep(log, finding);
    const race = others.find(({ kind }) => kind === "data-race");
    if (race !== undefined) this.#keep(log, race);
    return false;
  }

  /** However many were kept: of each kind there is one. */
  #keepNewKinds(log: EventLog): void {
    for (const finding of allAtEnd(this.#machine, log)) {
      if (this.#kinds.has(finding.kind)) continue;
      this.#kinds.add(finding.kind);
      this.#keep(log, finding);
    }
  }

  #stands(finding: Finding): boolean {
    const { cycle } = this.#machine;
    return (
      finding.kind !== "deadlock" ||
      cycle === undefined ||
      confirmCycle(this.#machine, cycle, this.#budget.steps)
    );
  }

  #keep(log: EventLog, finding: Finding): true {
    const { events } = log;
    const preemptions = preemptionsOf(this.#machine, events);
    const met = { steps: events.length, preemptions };
    this.#witnesses.push({ finding, execution: this.#execution, preemptions, events, met, fewest: false });
    return true;
  }
}
