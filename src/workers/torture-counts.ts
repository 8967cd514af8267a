import type { Torture } from "#scenarios/define";
import { STAT } from "#shared/stats";
import { callScenario } from "../catalogue/refuse.ts";
import type { RunTorture, TortureCounts } from "../record/torture-record.ts";
import type { RaceOptions } from "./race-options.ts";
import type { Tally } from "./tally.ts";

/** A torture's statistics from its tasks' own counters; undefined for any other scenario. */
export function tortureOf({ scenario, params }: RaceOptions, tally: Tally): RunTorture | undefined {
  const { torture } = scenario.definition;
  if (torture === undefined) return undefined;
  const said: Torture = callScenario(scenario, "torture", () => torture(params as never));
  const { type, parameters, writers, readers } = said;
  return {
    type,
    parameters: { ...parameters },
    writes: countsOf(tally, 0, writers),
    reads: readers === null ? null : countsOf(tally, writers, readers),
  };
}

/** Over `count` tasks from `first` on. @kernel kernel/locking/locktorture.c: __torture_print_stats() */
function countsOf(tally: Tally, first: number, count: number): TortureCounts {
  const tasks = Array.from({ length: count }, (_, index) => first + index);
  const had = tasks.map((task) => tally.of(task, STAT.OPS));
  const sum = (numbers: readonly number[]): number => numbers.reduce((before, one) => before + one, 0);
  return {
    total: sum(had),
    max: Math.max(0, ...had),
    min: count === 0 ? 0 : Math.min(...had),
    fail: sum(tasks.map((task) => tally.of(task, STAT.FAILS))),
  };
}
