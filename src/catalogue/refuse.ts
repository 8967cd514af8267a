import { ArenaFull, type ArenaFullFacts } from "#shared/memory/arena-full";
import { UsageError } from "../record/usage-error.ts";
import { bytes } from "./bytes.ts";
import type { ResolvedScenario } from "./resolve.ts";

/** Calls a part of the scenario that runs before any task does. @throws UsageError if it throws */
export function callScenario<T>(scenario: ResolvedScenario, part: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (error instanceof ArenaFull) return refuseFull(error.facts);
    const { message, stack = "" } = error instanceof Error ? error : new Error(String(error));
    return refuseThrow(scenario, `its ${part}() throws`, { message, stack });
  }
}

/** What a scenario threw is bad input. @throws UsageError always, with file and line where they are known */
export function refuseThrow(
  scenario: ResolvedScenario,
  what: string,
  thrown: { readonly message: string; readonly stack: string },
): never {
  const { message, ...place } = scenario.locate(thrown);
  throw new UsageError("BAD_SCENARIO_FILE", { ...place, reason: `${what}: ${message}` });
}

/** A world that needs more memory than its scenario said is bad input. @throws UsageError always */
export function refuseFull(full: ArenaFullFacts): never {
  throw new UsageError("ARENA_TOO_SMALL", {
    asked: bytes(full.askedWords * 4),
    left: bytes(full.leftWords * 4),
    size: bytes(full.sizeWords * 4),
    hint: "A world ran out of memory: raise the scenario's worldWords.",
  });
}

/** A part of the scenario gave something that cannot be run. @throws UsageError always */
export function refuseAnswer(
  scenario: ResolvedScenario,
  part: string,
  answer: string,
  allowed: string,
): never {
  throw new UsageError("BAD_SCENARIO_FILE", {
    file: scenario.named,
    reason: `its ${part}() gives ${answer}; allowed: ${allowed}`,
  });
}
