import { randomInt } from "node:crypto";
import { Command } from "commander";
import { resolveParams } from "../catalogue/params.ts";
import { type ResolvedScenario, resolveScenario } from "../catalogue/resolve.ts";
import type { RaceGuide } from "../record/race-guide.ts";
import type { RunRecord } from "../record/run-record.ts";
import { checkRunRecord } from "../record/run-record-schema.ts";
import { UsageError } from "../record/usage-error.ts";
import { liveLockdepText } from "../report/live-lockdep-text.ts";
import { grouped } from "../report/numbers.ts";
import { raceText, titleOf } from "../report/race-text.ts";
import { DEFAULT_ARENA_BYTES, LARGEST_ARENA_BYTES } from "../workers/arena-map.ts";
import { race } from "../workers/race.ts";
import type { RaceChains, RaceProgress } from "../workers/race-options.ts";
import { interruptSignal } from "./interrupt.ts";
import { LiveLockdepRun, type LockdepFlags, listens, lockdepHelp } from "./live-lockdep.ts";
import { collectParam, numberIn, oneOf, parseSeed } from "./options.ts";
import { outputStyle, Progress, print } from "./output.ts";
import { type OutputFlags, outputOptions } from "./output-options.ts";
import { raceSchedule } from "./race-schedule.ts";
import { repeatCommand } from "./repeat-command.ts";
import { type PendingFile, pendingFile } from "./write-file.ts";

/** Options of `refzero race`, parsed. */
export interface RaceFlags extends LockdepFlags, OutputFlags {
  readonly param?: Readonly<Record<string, string>>;
  readonly seconds: number;
  readonly seed?: number;
  readonly batch?: number;
  readonly arena?: number;
  readonly soak?: boolean;
  readonly chaos?: number;
  readonly check?: "memory";
  readonly recorder: boolean;
  readonly stopFirst?: boolean;
  readonly keepGoing?: boolean;
  readonly record?: string;
}

const MIB = 1024 * 1024;
const LONGEST_RUN = 7 * 24 * 3600;
/** Seconds that a race goes on after its first violation, to count how often it happens. */
const COUNTING_SECONDS = 2;

/** The `race` command. Its action resolves to the exit status. */
export function raceCommand(finish: (status: number) => void): Command {
  const within = (option: string, min: number, max: number, whole: boolean, unit = "") =>
    numberIn({ option, min, max, whole, unit });
  const command = new Command("race")
    .description("run a scenario on real worker threads")
    .argument("<scenario>", "catalogue name or file")
    .option("-p, --param <k=v>", "set a scenario parameter (repeatable)", collectParam)
    .option("--seconds <n>", "how long to race", within("--seconds", 0.05, LONGEST_RUN, false, "seconds"), 5)
    .option("--seed <hex>", "repeat a run's choices; every run prints its seed", parseSeed)
    .option("--batch <n>", "worlds a batch", within("--batch", 1, 1 << 20, true))
    .option(
      "--arena <mib>",
      "memory of the run at most",
      within("--arena", 0.25, LARGEST_ARENA_BYTES / MIB, false, "MiB"),
    )
    .option("--soak", "one long-lived world instead of batches of small ones")
    .option(
      "--chaos <n>",
      "delay one memory access in n by a random time",
      within("--chaos", 1, 1_000_000, true),
    )
    .option("--check <what>", "memory: check every access against freed memory", oneOf("--check", ["memory"]))
    .option("--no-recorder", "record no events: faster, and reports show fewer details")
    .option("--stop-first", "stop at the first violation instead of counting for 2 s")
    .option("--keep-going", "go on after violations until the time is up")
    .option("--record <file>", "keep the run record, for reports")
    .option("--lockdep", "validate what the tasks did as lockdep would, and say which reports can happen")
    .option("--lock-trace <file>", "write what the tasks did as a lock trace, for `refzero lockdep`");
  return outputOptions(command)
    .addHelpText(
      "after",
      "\nExamples\n  refzero race shmem/free-vs-shrinker -p design=helper --seconds 10\n  refzero race ww/abba -p mutant=no-backoff\n  refzero race ./mine.ts --record run.json\n  refzero race shmem/free-vs-reclaim -p design=lock --lockdep" +
        lockdepHelp,
    )
    .action(async (named: string, flags: RaceFlags) => finish(await runRace(named, flags)));
}

async function runRace(named: string, flags: RaceFlags): Promise<number> {
  if (listens(flags) && !flags.recorder)
    throw new UsageError("UNSUPPORTED", {
      what: `${flags.lockdep === true ? "--lockdep" : "--lock-trace"} needs the recorder, which --no-recorder turns off`,
      allowed: "one of the two",
    });
  const scenario = await resolveScenario(named);
  const files = new OutputFiles();
  try {
    files.open(flags);
    return await raceInto(files, scenario, flags);
  } finally {
    files.discard();
    scenario.cleanup();
  }
}

async function raceInto(files: OutputFiles, scenario: ResolvedScenario, flags: RaceFlags): Promise<number> {
  const told: { guide?: RaceGuide; heard?: RaceChains } = {};
  const record = await raceWith(scenario, flags, told);
  record.schedule = record.interrupted ? null : await raceSchedule(scenario, record, told.guide);
  const said = told.heard && files.lockdep?.judge(told.heard, titleOf(record));
  record.lockdep = said?.live ?? null;
  files.record?.write(`${JSON.stringify(checkRunRecord(record), null, 2)}\n`);
  const style = outputStyle(flags.color);
  const quiet = flags.quiet === true;
  if (flags.json === true) print(`${JSON.stringify(record)}\n`);
  else {
    const reports = said === undefined || quiet ? "" : liveLockdepText(said.whole, said.live, style);
    print(raceText(record, style, quiet) + reports);
  }
  if (record.interrupted) return 130;
  return { violated: 1, holds: 0, inconclusive: 3 }[record.verdict];
}

/** Files that a race leaves behind, each whole or not at all. */
class OutputFiles {
  lockdep: LiveLockdepRun | undefined;
  record: PendingFile | undefined;

  /** Makes sure that they can be written. @throws UsageError CANNOT_WRITE */
  open(flags: RaceFlags): void {
    this.lockdep = new LiveLockdepRun(flags);
    this.record = flags.record === undefined ? undefined : pendingFile(flags.record);
  }

  discard(): void {
    this.lockdep?.discard();
    this.record?.discard();
  }
}

/** Races a resolved scenario as the flags say, with progress on a terminal. `told` gets what the record has no place for. */
export async function raceWith(
  scenario: ResolvedScenario,
  flags: RaceFlags,
  told: { guide?: RaceGuide; heard?: RaceChains } = {},
): Promise<RunRecord> {
  const progress = new Progress();
  const interrupt = interruptSignal();
  try {
    return await race({
      scenario,
      params: resolveParams(scenario.definition, flags.param ?? {}),
      mode: modeOf(scenario, flags),
      seconds: flags.seconds,
      seed: flags.seed ?? randomInt(2 ** 32),
      batch: flags.batch,
      arenaBytes: flags.arena === undefined ? DEFAULT_ARENA_BYTES : Math.floor(flags.arena * MIB),
      recorder: flags.recorder,
      monitor: true,
      checkMemory: flags.check === "memory",
      chaos: flags.chaos ?? 0,
      afterViolation:
        flags.stopFirst === true ? 0 : flags.keepGoing === true ? LONGEST_RUN : COUNTING_SECONDS,
      signal: interrupt.signal,
      onProgress: (now) => progress.show(progressLine(scenario.definition.name, flags.seconds, now)),
      onGuide: (guide) => {
        told.guide = guide;
      },
      onChains: !listens(flags)
        ? undefined
        : (heard) => {
            told.heard = heard;
          },
      command: repeatCommand(scenario.named, flags),
    });
  } finally {
    interrupt.restore();
    progress.end();
  }
}

function modeOf(scenario: ResolvedScenario, flags: RaceFlags): "batch" | "soak" {
  const { modes, name } = scenario.definition;
  if (flags.soak !== true) return modes[0] ?? "batch";
  if (modes.includes("soak")) return "soak";
  throw new UsageError("UNSUPPORTED", {
    what: `${name} cannot be raced with --soak`,
    allowed: modes.join(", "),
  });
}

function progressLine(name: string, seconds: number, now: RaceProgress): string {
  const frees =
    now.frees > 0 ? `, ${grouped(now.frees)} frees, ${grouped(now.contendedFrees)} contended` : "";
  return `${name}  ${now.seconds.toFixed(1)} of ${seconds} s  ${grouped(now.worlds)} worlds${frees}`;
}
