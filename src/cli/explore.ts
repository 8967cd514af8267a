import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { Command } from "commander";
import { resolveParams } from "../catalogue/params.ts";
import { type ResolvedScenario, resolveScenario } from "../catalogue/resolve.ts";
import { type Exploration, type ExploreOptions, type ExploreProgress, explore } from "../explore/explore.ts";
import { explainedFor } from "../explore/nondeterminism.ts";
import { isSampling, type StrategyName, strategies } from "../explore/strategies.ts";
import { toRecord } from "../explore/to-record.ts";
import { usualGranularity } from "../explore/usual-granularity.ts";
import {
  CHECKPOINT_VERSION,
  type Checkpoint,
  type ExplorationKey,
  parseCheckpoint,
} from "../record/checkpoint.ts";
import type { ExploreRecord } from "../record/explore-record.ts";
import { UsageError } from "../record/usage-error.ts";
import { exploreText } from "../report/explore-text.ts";
import { liveLockdepText } from "../report/live-lockdep-text.ts";
import { progressLine } from "../report/progress-text.ts";
import { titleOf } from "../report/race-text.ts";
import { interruptSignal } from "./interrupt.ts";
import { LiveLockdepRun, type LockdepFlags, lockdepHelp } from "./live-lockdep.ts";
import { collectParam, numberIn, oneOf, parseSeed } from "./options.ts";
import { outputStyle, Progress, print, warn } from "./output.ts";
import { type OutputFlags, outputOptions } from "./output-options.ts";
import { exploreCommandLine, exploreDefaults } from "./repeat-command.ts";
import { keepSchedule, readText } from "./schedule-file.ts";
import { pendingFile } from "./write-file.ts";

/** Options of `refzero explore`, parsed. */
export interface ExploreFlags extends LockdepFlags, OutputFlags {
  readonly param?: Readonly<Record<string, string>>;
  readonly strategy: StrategyName;
  readonly granularity?: "atomic" | "lock";
  readonly bound: number;
  readonly depth: number;
  readonly seed?: number;
  readonly executions?: number;
  readonly seconds: number;
  readonly maxSteps: number;
  readonly shrink: number;
  readonly schedule?: string;
  readonly checkpoint?: string;
  readonly checkDeterminism?: boolean;
  readonly keepGoing?: boolean;
  readonly requireExhaustive?: boolean;
}

const MOST_EXECUTIONS = 1e12;
/** A strategy that draws never ends by itself. */
const SAMPLED_EXECUTIONS = 1_000_000;
/** Milliseconds between two writings of a checkpoint. */
const CHECKPOINT_MS = 15_000;

/** The `explore` command. */
export function exploreCommand(finish: (status: number) => void): Command {
  const within = (option: string, min: number, max: number, whole: boolean, unit = "") =>
    numberIn({ option, min, max, whole, unit });
  const command = new Command("explore")
    .description("try every interleaving, in one thread")
    .argument("<scenario>", "catalogue name or file")
    .option("-p, --param <k=v>", "set a scenario parameter (repeatable)", collectParam)
    .option("--strategy <name>", strategies.join(", "), oneOf("--strategy", strategies), "dpor")
    .option(
      "--granularity <g>",
      "atomic: between any two accesses; lock: not inside a lock or refcount operation",
      oneOf("--granularity", ["atomic", "lock"]),
    )
    .option("--bound <n>", "preemptions of strategy bounded", within("--bound", 0, 64, true), 2)
    .option("--depth <n>", "bug depth of strategy pct", within("--depth", 1, 64, true), 3)
    .option("--seed <hex>", "repeat what random, pct or pos drew", parseSeed)
    .option(
      "--executions <n>",
      "give up after so many (random, pct, pos: 1,000,000)",
      within("--executions", 1, MOST_EXECUTIONS, true),
    )
    .option(
      "--seconds <n>",
      "give up after so long",
      within("--seconds", 0.01, 604_800, false, "seconds"),
      exploreDefaults.seconds,
    )
    .option(
      "--max-steps <n>",
      "steps of one execution",
      within("--max-steps", 1, 1e7, true),
      exploreDefaults.maxSteps,
    )
    .option(
      "--shrink <n>",
      "interleavings to look at for fewer preemptions",
      within("--shrink", 0, 1e9, true),
      exploreDefaults.shrink,
    )
    .option("--schedule <file>", "where to keep the interleaving of a violation (else .refzero/)")
    .option("--checkpoint <file>", "go on from here if it exists, and keep it up to date")
    .option("--check-determinism", "run each execution twice and compare")
    .option("--keep-going", "go on after a violation")
    .option("--lockdep", "validate what the tasks did as lockdep would, and say which reports can happen")
    .option("--lock-trace <file>", "write what the tasks did as a lock trace, for `refzero lockdep`")
    .option("--require-exhaustive", "exit with 3 if interleavings are left");
  return outputOptions(command)
    .addHelpText(
      "after",
      "\nExamples\n  refzero explore shmem/free-vs-shrinker -p design=helper\n  refzero explore ww/abba -p mutant=no-backoff\n  refzero explore ./mine.ts --strategy pct --depth 3 --seed 1f\n  refzero explore shmem/free-vs-reclaim -p design=lock --lockdep" +
        lockdepHelp,
    )
    .action(async (named: string, flags: ExploreFlags) => finish(await runExplore(named, flags)));
}

async function runExplore(named: string, flags: ExploreFlags): Promise<number> {
  const scenario = await resolveScenario(named);
  let lockdep: LiveLockdepRun | undefined;
  try {
    lockdep = new LiveLockdepRun(flags);
    const asked = optionsOf(scenario, flags);
    const earlier = readCheckpoint(asked, flags);
    // A seed that was not asked for is the checkpoint's.
    const options = { ...asked, seed: earlier?.key.seed ?? asked.seed, saved: earlier?.search };
    // What cannot be written later is said before any work.
    for (const file of [flags.checkpoint, flags.schedule])
      if (file !== undefined) pendingFile(file).discard();
    const found = await exploreWith(options, flags);
    const record = toRecord(options, found, exploreCommandLine(named, flags, options.seed));
    const said = lockdep.judge(found.chains, titleOf(record));
    record.lockdep = said?.live ?? null;
    saveSchedule(record, scenario, flags);
    if (flags.checkpoint !== undefined && found.saved !== undefined) record.checkpoint = flags.checkpoint;
    const style = outputStyle(flags.color);
    const quiet = flags.quiet === true;
    const reports = said === undefined || quiet ? "" : liveLockdepText(said.whole, said.live, style);
    print(flags.json === true ? `${JSON.stringify(record)}\n` : exploreText(record, style, quiet) + reports);
    return statusOf(record, flags.requireExhaustive === true);
  } finally {
    lockdep?.discard();
    scenario.cleanup();
  }
}

function statusOf(record: ExploreRecord, requireExhaustive: boolean): number {
  if (record.verdict === "violated") return 1;
  if (record.interrupted) return 130;
  return record.verdict === "inconclusive" || (requireExhaustive && !record.exhaustive) ? 3 : 0;
}

function optionsOf(scenario: ResolvedScenario, flags: ExploreFlags): ExploreOptions {
  const { definition } = scenario;
  return {
    scenario,
    params: resolveParams(definition, flags.param ?? {}),
    strategy: flags.strategy,
    granularity: flags.granularity ?? usualGranularity(definition.name),
    bound: flags.bound,
    depth: flags.depth,
    seed: flags.seed ?? randomInt(2 ** 32),
    executions: flags.executions ?? (isSampling(flags.strategy) ? SAMPLED_EXECUTIONS : MOST_EXECUTIONS),
    seconds: flags.seconds,
    steps: flags.maxSteps,
    shrink: flags.shrink,
    keepGoing: flags.keepGoing === true,
    checkDeterminism: flags.checkDeterminism === true,
  };
}

/** Explores with progress on a terminal, ^C, and a checkpoint where one was asked for. */
async function exploreWith(options: ExploreOptions, flags: ExploreFlags): Promise<Exploration> {
  const progress = new Progress();
  const interrupt = interruptSignal();
  const checkpoint = flags.checkpoint;
  const key = keyOf(options);
  let written = performance.now();
  try {
    const found = await explore({
      ...options,
      signal: interrupt.signal,
      onProgress: (now: ExploreProgress) => {
        progress.show(progressLine(options.scenario.definition.name, now));
        if (checkpoint === undefined || performance.now() - written < CHECKPOINT_MS) return;
        written = performance.now();
        writeCheckpoint(checkpoint, key, now.save());
      },
    });
    if (checkpoint !== undefined && found.saved !== undefined) writeCheckpoint(checkpoint, key, found.saved);
    return found;
  } catch (error) {
    throw explainedFor(options.scenario.definition.name, error);
  } finally {
    interrupt.restore();
    progress.end();
  }
}

function keyOf(options: ExploreOptions): ExplorationKey {
  const { scenario, params, strategy, granularity, bound, depth, steps, keepGoing } = options;
  const seed = isSampling(strategy) ? options.seed : 0;
  const name = scenario.definition.name;
  return {
    scenario: name,
    params: { ...params },
    strategy,
    granularity,
    bound,
    depth,
    seed,
    maxSteps: steps,
    keepGoing,
  };
}

function readCheckpoint(options: ExploreOptions, { checkpoint, seed }: ExploreFlags): Checkpoint | undefined {
  return checkpoint !== undefined && existsSync(checkpoint)
    ? parseCheckpoint(checkpoint, readText(checkpoint), keyOf(options), seed !== undefined)
    : undefined;
}

function writeCheckpoint(file: string, key: ExplorationKey, search: object): void {
  const pending = pendingFile(file);
  pending.write(
    `${JSON.stringify({ format: "refzero-checkpoint", version: CHECKPOINT_VERSION, key, search })}\n`,
  );
}

/** Keeps the first violation's interleaving as a file, and notes where in the record. */
function saveSchedule(record: ExploreRecord, scenario: ResolvedScenario, flags: ExploreFlags): void {
  const [first] = record.violations;
  if (first === undefined) return;
  try {
    first.schedule = keepSchedule(scenario, record, first, flags.schedule);
  } catch (error) {
    if (!(error instanceof UsageError) || flags.schedule !== undefined) throw error;
    warn(`the interleaving was not kept: ${error.message}`);
  }
}
