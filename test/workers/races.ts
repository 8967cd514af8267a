import { resolveParams } from "../../src/catalogue/params.ts";
import type { ResolvedScenario } from "../../src/catalogue/resolve.ts";
import type { RunRecord } from "../../src/record/run-record.ts";
import type { RaceOptions } from "../../src/workers/race-options.ts";
import { raceModule, resolveModule } from "../dist.ts";

/** What a test says about a race; the rest is as the command line has it. */
export type Wanted = Partial<Omit<RaceOptions, "scenario" | "params">> & {
  readonly param?: Readonly<Record<string, string>>;
};

/** Resolves a catalogue name or a file, with the built modules. */
export async function resolve(named: string): Promise<ResolvedScenario> {
  return await (await resolveModule()).resolveScenario(named);
}

/** Races a scenario on real threads. */
export async function race(named: string | ResolvedScenario, wanted: Wanted = {}): Promise<RunRecord> {
  const { param = {}, ...options } = wanted;
  const scenario = typeof named === "string" ? await resolve(named) : named;
  const engine = await raceModule();
  return await engine.race({
    scenario,
    params: resolveParams(scenario.definition, param),
    mode: scenario.definition.modes[0] ?? "batch",
    seconds: 0.3,
    seed: 1,
    batch: undefined,
    arenaBytes: 64 * 1024 * 1024,
    recorder: true,
    monitor: true,
    checkMemory: false,
    chaos: 0,
    afterViolation: 0,
    signal: undefined,
    onProgress: undefined,
    command: `refzero race ${scenario.named}`,
    ...options,
  });
}

/** One line about a race that went otherwise than it should have. */
export function told(record: RunRecord): string {
  const seen = record.violations.map(
    ({ kind, object, task, message }) => `${kind} on ${object} by ${task}: ${message}`,
  );
  return `${record.scenario} ${JSON.stringify(record.params)}: ${record.verdict} after ${record.worlds} worlds; ${seen.join("; ")}`;
}
