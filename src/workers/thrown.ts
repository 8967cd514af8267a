import { refuseFull, refuseThrow } from "../catalogue/refuse.ts";
import type { ResolvedScenario } from "../catalogue/resolve.ts";
import type { RunViolation } from "../record/run-record.ts";
import type { Thrown } from "./protocol.ts";

/**
 * A scenario that throws while a world is laid out, or that needs more memory than it said, is bad input.
 * @throws UsageError
 */
export function refuseBrokenScenario(scenario: ResolvedScenario, thrown: readonly Thrown[]): void {
  const full = thrown.find((one) => one.arenaFull !== undefined)?.arenaFull;
  if (full !== undefined) refuseFull(full);
  const first = thrown.find((one) => one.phase === "setup");
  if (first !== undefined) refuseThrow(scenario, "its setup() throws", first);
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
