import type { ResolvedScenario } from "../catalogue/resolve.ts";
import type { RunViolation } from "../record/run-record.ts";
import { UsageError } from "../record/usage-error.ts";
import { bytes } from "./arena-map.ts";
import type { Thrown } from "./protocol.ts";

/**
 * A scenario that throws while a world is laid out, or that needs more memory than it said, is bad input.
 * @throws UsageError
 */
export function refuseBrokenScenario(scenario: ResolvedScenario, thrown: readonly Thrown[]): void {
  const full = thrown.find((one) => one.arenaFull !== undefined)?.arenaFull;
  if (full !== undefined) {
    throw new UsageError("ARENA_TOO_SMALL", {
      asked: bytes(full.askedWords * 4),
      left: bytes(full.leftWords * 4),
      size: bytes(full.sizeWords * 4),
      hint: "A world ran out of memory: raise the scenario's worldWords.",
    });
  }
  const first = thrown.find((one) => one.phase === "setup");
  if (first !== undefined) refuseThrow(scenario, "its setup() throws", first);
}

/** Calls a part of the scenario that runs before any world is there. @throws UsageError if it throws */
export function callScenario<T>(scenario: ResolvedScenario, part: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    const { message, stack = "" } = error instanceof Error ? error : new Error(String(error));
    return refuseThrow(scenario, `its ${part}() throws`, { message, stack });
  }
}

/** A part of the scenario gave something that cannot be raced. @throws UsageError */
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

function refuseThrow(
  scenario: ResolvedScenario,
  what: string,
  thrown: Pick<Thrown, "message" | "stack">,
): never {
  const { message, ...place } = scenario.locate(thrown);
  throw new UsageError("BAD_SCENARIO_FILE", { ...place, reason: `${what}: ${message}` });
}

/** Puts what a task threw, and where, into its violation. */
export function explainThrow(
  scenario: ResolvedScenario,
  violation: RunViolation,
  thrown: readonly Thrown[],
): RunViolation {
  const first = thrown[0];
  if (violation.kind !== "task-threw" || first === undefined) return violation;
  const { file, line, column, message } = scenario.locate(first);
  const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
  return { ...violation, message: `${violation.message}: ${message} (${place})` };
}
