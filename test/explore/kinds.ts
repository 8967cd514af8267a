import type { Scenario } from "#scenarios/define";
import type { EventLog } from "../../src/explore/event-log.ts";
import { findingsAtEnd } from "../../src/explore/findings.ts";
import { type Granularity, Machine } from "../../src/explore/machine.ts";
import type { SearchResult } from "../../src/explore/search.ts";
import { beginSearch, type SearchOptions } from "../../src/explore/strategies.ts";

/** Everything that a search met, and what it took. */
export interface Met extends SearchResult {
  /** Kinds of violation, in order of the alphabet. */
  readonly kinds: readonly string[];
}

/** What is searched, and how. Absent: strategy dpor, every interleaving, a seed of 1. */
export interface Asked extends Partial<SearchOptions> {
  readonly definition: Scenario;
  readonly params?: Readonly<Record<string, string | number>>;
  readonly granularity?: Granularity;
  readonly executions?: number;
}

/** All that is wrong with one execution: whatever was reported, in whatever order, and its first data race. */
export function kindsAtEnd(machine: Machine, log: EventLog): string[] {
  const race = log.race === undefined ? [] : ["data-race"];
  const isOver = machine.violations() > 0 && !machine.anyEnabled();
  const stuck = isOver ? [] : findingsAtEnd(machine, log).map(({ kind }) => kind as string);
  return [...race, ...stuck, ...machine.reports().map(({ kind }) => kind)];
}

/** Goes through interleavings, and past what is wrong with them. */
export function met(asked: Asked): Met {
  const { definition, params = {}, granularity = "atomic", executions = 1e7 } = asked;
  const machine = new Machine(definition, params, granularity);
  const kinds = new Set<string>();
  const options = { strategy: "dpor", bound: 0, depth: 3, seed: 1, ...asked } as const;
  const search = beginSearch(machine, options, { executions, steps: 10_000 }, (log) => {
    for (const kind of kindsAtEnd(machine, log)) kinds.add(kind);
    return true;
  });
  search.goOn(Number.POSITIVE_INFINITY);
  return { ...search.result, kinds: [...kinds].sort() };
}
