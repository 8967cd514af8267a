import { randomInt } from "node:crypto";
import { Command } from "commander";
import { resolveParams } from "../catalogue/params.ts";
import { type ResolvedScenario, resolveScenario } from "../catalogue/resolve.ts";
import type { RaceGuide } from "../record/race-guide.ts";
import type { RunRecord } from "../record/run-record.ts";
import { checkRunRecord } from "../record/run-record-schema.ts";
import { UsageError } from "../record/usage-error.ts";
import { grouped } from "../report/numbers.ts";
import { raceText } from "../report/race-text.ts";
import { DEFAULT_ARENA_BYTES, LARGEST_ARENA_BYTES } from "../workers/arena-map.ts";
import { race } from "../workers/race.ts";
import type { RaceProgress } from "../workers/race-options.ts";
import { interruptSignal } from "./interrupt.ts";
import { collectParam, numberIn, oneOf, parseSeed } from "./options.ts";
import { type ColorChoice, colorChoices, outputStyle, Progress, print } from "./output.ts";
import { raceSchedule } from "./race-schedule.ts";
import { repeatCommand } from "./repeat-command.ts";
import { pendingFile } from "./write-file.ts";

/** Options of `refzero race`, parsed. */
export interface RaceFlags {
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
  readonly json?: boolean;
  readonly color: ColorChoice;
  readonly quiet?: boolean;
}

const MIB = 1024 * 1024;
const LONGEST_RUN = 7 * 24 * 3600;
/** Seconds that a race goes on after its first violation, to count how often it happens. */
const COUNTING_SECONDS = 2;

/** The `race` command. Its action resolves to the exit status. */
export function raceCommand(finish: (status: number) => void): Command {
  const within = (option: string, min: number, max: number, whole: boolean, unit = "") =>
    numberIn({ option, min, max, whole, unit });
  return new Command("race")
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
    .option("--json", "one JSON document on stdout and nothing else")
    .option(
      "--color <when>",
      "auto, always, never (NO_COLOR is obeyed)",
      oneOf("--color", colorChoices),
      "auto",
    )
    .option("-q, --quiet", "the verdict line only")
    .addHelpText(
      "after",
      "\nExamples\n  refzero race shmem/free-vs-shrinker -p design=helper --seconds 10\n  refzero race ww/abba -p mutant=no-backoff\n  refzero race ./mine.ts --record run.json",
    )
    .action(async (named: string, flags: RaceFlags) => finish(await runRace(named, flags)));
}

async function runRace(named: string, flags: RaceFlags): Promise<number> {
  const scenario = await resolveScenario(named);
  try {
    const pending = flags.record === undefined ? undefined : pendingFile(flags.record);
    try {
      let guide: RaceGuide | undefined;
      const record = await raceWith(scenario, flags, (known) => {
        guide = known;
      });
      record.schedule = record.interrupted ? null : await raceSchedule(scenario, record, guide);
      pending?.write(`${JSON.stringify(checkRunRecord(record), null, 2)}\n`);
      const text =
        flags.json === true
          ? `${JSON.stringify(record)}\n`
          : raceText(record, outputStyle(flags.color), flags.quiet === true);
      print(text);
      return record.interrupted
        ? 130
        : record.verdict === "violated"
          ? 1
          : record.verdict === "holds"
            ? 0
            : 3;
    } finally {
      pending?.discard();
    }
  } finally {
    scenario.cleanup();
  }
}

/** Races a resolved scenario as the flags say, with progress on a terminal. */
export async function raceWith(
  scenario: ResolvedScenario,
  flags: RaceFlags,
  onGuide: (guide: RaceGuide) => void = () => {},
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
      onGuide,
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
