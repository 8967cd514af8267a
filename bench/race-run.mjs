import { resolveParams } from "../dist/catalogue/params.js";
import { resolveScenario } from "../dist/catalogue/resolve.js";
import { race } from "../dist/workers/race.js";

/** Races a catalogue scenario; resolves to its run record. */
export async function raceRun(name, params, options) {
  const scenario = await resolveScenario(name);
  return await race({
    scenario,
    params: resolveParams(scenario.definition, params),
    mode: "batch",
    seed: 1,
    batch: undefined,
    arenaBytes: 64 * 1024 * 1024,
    recorder: false,
    monitor: true,
    checkMemory: false,
    chaos: 0,
    afterViolation: 3600,
    signal: undefined,
    onProgress: undefined,
    command: "bench",
    ...options,
  });
}
