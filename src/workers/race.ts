import { availableParallelism } from "node:os";
import { Mutex } from "async-mutex";
import { bind } from "#shared/atomic/index";
import { STAT } from "#shared/stats";
import { tellApart } from "../catalogue/chain-events.ts";
import { expectationOf } from "../catalogue/expectation.ts";
import { quarantineOf } from "../catalogue/quarantine.ts";
import type { RunRecord } from "../record/run-record.ts";
import { RUN_RECORD_VERSION } from "../record/run-record.ts";
import { mapArena } from "./arena-map.ts";
import { taskNames, worldWordsOf } from "./ask-scenario.ts";
import { worldsPerBatch } from "./batch-size.ts";
import { TaskPool } from "./pool.ts";
import type { ArenaMap, TaskOrder } from "./protocol.ts";
import type { RaceChains, RaceOptions } from "./race-options.ts";
import { Supervisor } from "./supervisor.ts";
import { Tally } from "./tally.ts";
import { explainThrow, refuseBrokenScenario } from "./thrown.ts";
import { tortureOf } from "./torture-counts.ts";
import { ViolationReader } from "./violations.ts";
import { Watchdog } from "./watchdog.ts";

// One run at a time in a process: two runs side by side would measure each other.
const oneRun = new Mutex();

/**
 * Races a scenario on real threads; resolves to the run's record. Runs asked for at once are done one after the
 * other.
 * @throws UsageError for an arena too small, and for a scenario whose setup throws
 */
export async function race(options: RaceOptions): Promise<RunRecord> {
  return await oneRun.runExclusive(() => run(options));
}

async function run(options: RaceOptions): Promise<RunRecord> {
  const names = taskNames(options);
  const map = mapFor(options, names.length);
  const arena = new SharedArrayBuffer(map.words * 4);
  const view = new Int32Array(arena);
  // The coordinator's own door reads names out of the arena; it runs no steps.
  bind(view, { spinLimit: 0, seed: options.seed });
  const tally = new Tally(view, map, names.length);
  const reader = new ViolationReader(view, map, names, options.recorder);
  const pool = new TaskPool(names.length, {
    gated: options.checkMemory || options.chaos > 0,
    recorder: options.recorder,
    heard: options.onChains !== undefined,
    monitor: options.monitor,
  });
  const supervisor = new Supervisor({
    view,
    map,
    tally,
    reader,
    watchdog: new Watchdog(view, map, names.length),
    options,
  });
  try {
    await supervisor.watch(orders(options, arena, map, names.length).map((order) => pool.run(order)));
  } finally {
    await pool.destroy();
  }
  refuseBrokenScenario(options.scenario, supervisor.thrown);
  tally.update();
  options.onChains?.(chainsOf(supervisor, names));
  if (supervisor.guide !== undefined) options.onGuide?.(supervisor.guide);
  return recordOf(options, map, names, tally, supervisor, reader);
}

/** What the tasks recorded. A worker that was given up has not said. */
function chainsOf(supervisor: Supervisor, names: readonly string[]): RaceChains {
  const chains = tellApart(names).flatMap((task, index) =>
    (supervisor.chains.get(index)?.chains ?? []).map((chain) => ({ ...chain, task })),
  );
  const dropped = [...supervisor.chains.values()].reduce((sum, task) => sum + task.dropped, 0);
  return { chains, dropped };
}

function mapFor(options: RaceOptions, tasks: number): ArenaMap {
  const worldWords = worldWordsOf(options);
  const worldCount = options.mode === "soak" ? 1 : worldsPerBatch(options, worldWords, tasks);
  return mapArena({
    tasks,
    worldWords,
    worldCount,
    recorder: options.recorder,
    arenaBytes: options.arenaBytes,
  });
}

function orders(options: RaceOptions, arena: SharedArrayBuffer, map: ArenaMap, tasks: number): TaskOrder[] {
  const shadow = options.checkMemory ? new SharedArrayBuffer(map.words) : undefined;
  if (shadow !== undefined) new Uint8Array(shadow).fill(1, 0, map.worlds);
  return Array.from({ length: tasks }, (_, task) => ({
    arena,
    shadow,
    map,
    module: options.scenario.module,
    params: options.params,
    mode: options.mode,
    task,
    tasks,
    seed: options.seed,
    chaos: options.chaos,
    spin: tasks <= availableParallelism(),
    stopFirst: options.afterViolation === 0,
    heard: options.onChains !== undefined,
    quarantine: quarantineOf(options.scenario.definition, options.params, options.mode),
  }));
}

function recordOf(
  options: RaceOptions,
  map: ArenaMap,
  names: readonly string[],
  tally: Tally,
  supervisor: Supervisor,
  reader: ViolationReader,
): RunRecord {
  const reported = reader
    .all()
    .map((violation) => explainThrow(options.scenario, violation, supervisor.thrown));
  const violations = [...reported, ...supervisor.found];
  const seed = options.seed.toString(16).padStart(8, "0");
  const worlds = tally.worlds();
  const torture = tortureOf(options, tally);
  return {
    format: "refzero-run",
    version: RUN_RECORD_VERSION,
    scenario: options.scenario.definition.name,
    claim: options.scenario.definition.claim,
    engine: "race",
    params: { ...options.params },
    mode: options.mode,
    expect: expectationOf(options.scenario.definition, options.params).verdict,
    verdict: violations.length > 0 ? "violated" : worlds === 0 ? "inconclusive" : "holds",
    interrupted: supervisor.interrupted,
    seed,
    seconds: supervisor.seconds,
    cpus: availableParallelism(),
    worldsPerBatch: map.worldCount,
    arenaBytes: map.words * 4,
    worlds,
    ops: tally.total(STAT.OPS),
    frees: tally.total(STAT.FREES),
    contendedFrees: tally.total(STAT.CONTENDED_FREES),
    overlap: tally.total(STAT.OVERLAP),
    backoffs: tally.total(STAT.BACKOFFS),
    reclaims: tally.total(STAT.RECLAIMS),
    nsPerFree: tally.nsPerFree(),
    violationCount: reader.count() + supervisor.found.length,
    violations,
    tasks: names.map((name, task) => tally.row(task, name)),
    ...(torture === undefined ? {} : { torture }),
    schedule: null,
    lockdep: null,
    command: `${options.command} --seed ${seed}`,
  };
}
