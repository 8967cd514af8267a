import type { ResolvedScenario } from "../catalogue/resolve.ts";
import { UsageError } from "../record/usage-error.ts";
import { bytes } from "./arena-map.ts";
import type { Thrown } from "./protocol.ts";

/** The first frame of a stack that lies in the user's own file, as `line:column`. */
function placeIn(file: string, stack: string): { line?: number; column?: number } {
  const base = file.replace(/^.*[\\/]/, "").replace(/\.[cm]?ts$/, "");
  const frame = stack.split("\n").find((line) => line.includes(`${base}.`) && /:\d+:\d+\)?$/.test(line));
  const match = frame?.match(/:(\d+):(\d+)\)?$/);
  return match ? { line: Number(match[1]), column: Number(match[2]) } : {};
}

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
  if (first === undefined) return;
  const file = scenario.file ?? scenario.definition.name;
  throw new UsageError("BAD_SCENARIO_FILE", {
    file,
    ...placeIn(file, first.stack),
    reason: `its setup throws: ${first.message}`,
  });
}
