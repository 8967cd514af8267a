import { violationKinds } from "#shared/violation";
import { callScenario } from "../catalogue/refuse.ts";
import type { MatrixRaced } from "../record/matrix-record.ts";
import { DEFAULT_ARENA_BYTES } from "../workers/arena-map.ts";
import { race } from "../workers/race.ts";
import type { PlannedRow } from "./plan.ts";

/** A daemon serves for ever, and on threads a world ends when all have left it. */
export function canBeRaced({ scenario, params }: PlannedRow): boolean {
  const tasks = callScenario(scenario, "tasks", () => scenario.definition.tasks(params as never, "batch"));
  return !tasks.some(({ daemon }) => daemon === true);
}

/** Races a row for some seconds, whatever it meets. Undefined if it was interrupted. */
export async function raceRow(
  { scenario, params }: PlannedRow,
  seconds: number,
  seed: number,
  signal: AbortSignal | undefined,
): Promise<MatrixRaced | undefined> {
  const record = await race({
    scenario,
    params,
    mode: "batch",
    seconds,
    seed,
    batch: undefined,
    arenaBytes: DEFAULT_ARENA_BYTES,
    recorder: true,
    monitor: true,
    checkMemory: false,
    chaos: 0,
    afterViolation: seconds,
    signal,
    onProgress: undefined,
    command: "",
  });
  if (record.interrupted) return undefined;
  const seen = record.violations.map(({ kind, task, message }) => ({
    kind,
    message: task === null ? message : `${message} by ${task}`,
  }));
  return {
    kinds: violationKinds.filter((kind) => seen.some((one) => one.kind === kind)),
    messages: Object.fromEntries(seen.reverse().map(({ kind, message }) => [kind, message])),
    worlds: record.worlds,
    frees: record.frees,
    contendedFrees: record.contendedFrees,
    nsPerFree: record.nsPerFree,
    seconds: record.seconds,
    seed: record.seed,
  };
}
