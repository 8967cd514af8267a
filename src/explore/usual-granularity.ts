import type { Granularity } from "./machine.ts";

/** The granularity of a scenario: programs with certain counts are about single steps, real paths are about locks. */
export function usualGranularity(scenario: string): Granularity {
  return scenario.startsWith("dpor/") ? "atomic" : "lock";
}
