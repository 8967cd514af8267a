import type { Machine } from "./machine.ts";
import { type Budget, type OnExecution, runThrough, type Search } from "./search.ts";
import { DfsSearch, type SavedDfs } from "./strategy/dfs.ts";
import { DporSearch, type SavedDpor } from "./strategy/dpor.ts";
import { PctPicker } from "./strategy/pct.ts";
import { PosPicker } from "./strategy/pos.ts";
import { RandomPicker } from "./strategy/random.ts";
import { type Picker, SamplingSearch, type SavedSampling } from "./strategy/sampling.ts";

/** How interleavings are gone through. */
export const strategies = ["dpor", "dfs", "bounded", "random", "pct", "pos"] as const;
/** The name of a strategy. */
export type StrategyName = (typeof strategies)[number];

/** True for strategies that draw executions by chance: they have a seed, and never reach an end. */
export function isSampling(strategy: string): boolean {
  return strategy === "random" || strategy === "pct" || strategy === "pos";
}

/** What a search has to be told. */
export interface SearchOptions {
  readonly strategy: StrategyName;
  readonly bound: number;
  readonly depth: number;
  readonly seed: number;
  /** Where an earlier search of the same kind stopped: what its `save` gave. */
  readonly saved?: object | undefined;
}

/** A search as the options say, at its start or where an earlier one stopped. */
export function beginSearch(
  machine: Machine,
  options: SearchOptions,
  budget: Budget,
  onExecution: OnExecution,
): Search {
  const { strategy, saved, bound, seed } = options;
  switch (strategy) {
    case "dpor":
      return new DporSearch(machine, budget, onExecution, saved as SavedDpor | undefined);
    case "dfs":
    case "bounded": {
      const most = strategy === "bounded" ? bound : Number.POSITIVE_INFINITY;
      return new DfsSearch(machine, most, budget, onExecution, saved as SavedDfs | undefined);
    }
    default: {
      const picker = pickerOf(machine, options, budget);
      return new SamplingSearch(
        machine,
        picker,
        seed,
        budget,
        onExecution,
        saved as SavedSampling | undefined,
      );
    }
  }
}

function pickerOf(machine: Machine, { strategy, depth }: SearchOptions, budget: Budget): Picker {
  if (strategy === "pct") return new PctPicker(machine.tasks, depth, stepsOfOne(machine, budget));
  return strategy === "pos" ? new PosPicker(machine.tasks) : new RandomPicker();
}

/** Steps of an execution in which nobody is interrupted: what PCT takes for the length of all. */
export function stepsOfOne(machine: Machine, budget: Budget): number {
  return runThrough(new DfsSearch(machine, 0, { ...budget, executions: 1 }, () => true)).longest;
}
