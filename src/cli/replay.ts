import { Command } from "commander";
import { resolveParams } from "../catalogue/params.ts";
import { resolveScenario } from "../catalogue/resolve.ts";
import { type Replay, replay } from "../explore/replay.ts";
import { commandLine } from "../record/command-line.ts";
import type { ReplayRecord, ThreadsOutcome } from "../record/replay-record.ts";
import type { Schedule } from "../record/schedule.ts";
import { UsageError } from "../record/usage-error.ts";
import { replayText } from "../report/replay-text.ts";
import type { Style } from "../report/style.ts";
import { follow } from "../workers/follow.ts";
import { outcomeOf } from "../workers/follow-outcome.ts";
import { interruptSignal } from "./interrupt.ts";
import { numberIn } from "./options.ts";
import { outputStyle, print } from "./output.ts";
import { type OutputFlags, outputOptions } from "./output-options.ts";
import { readSchedule, scenarioOf } from "./schedule-file.ts";

/** Options of `refzero replay`, parsed. */
interface ReplayFlags extends OutputFlags {
  readonly threads?: boolean;
  readonly seconds: number;
  readonly source: boolean;
  readonly brief?: boolean;
}

/** The `replay` command. */
export function replayCommand(finish: (status: number) => void): Command {
  const seconds = numberIn({ option: "--seconds", min: 0.1, max: 86_400, whole: false, unit: "seconds" });
  const command = new Command("replay")
    .description("run one interleaving again, from a schedule file")
    .argument("<file>", "what explore or race saved")
    .option("--threads", "on real threads too, each step in its turn")
    .option("--seconds <n>", "how long the threads may take", seconds, 60)
    .option("--no-source", "leave out where in the source each step is")
    .option("--brief", "show what is done to locks, references and memory, and nothing else");
  return outputOptions(command).action(async (file: string, flags: ReplayFlags) =>
    finish(await runReplay(file, flags)),
  );
}

function styleFor({ color, source, brief }: ReplayFlags): Style {
  return { ...outputStyle(color), source, brief: brief === true };
}

async function runReplay(file: string, flags: ReplayFlags): Promise<number> {
  const schedule = readSchedule(file);
  const scenario = await resolveScenario(scenarioOf(schedule, file));
  const started = performance.now();
  const interrupt = interruptSignal();
  try {
    const texts = Object.entries(schedule.params).map(([key, value]) => [key, String(value)] as const);
    const params = resolveParams(scenario.definition, Object.fromEntries(texts));
    const replayed = replay(scenario, params, schedule);
    if (replayed.stop !== undefined)
      throw new UsageError("MISFIT", { file, ...replayed.stop, steps: schedule.steps.length });
    const { plan } = replayed;
    const { signal } = interrupt;
    const threads =
      flags.threads === true
        ? outcomeOf(
            await follow({ scenario, params, plan, seconds: flags.seconds, signal }),
            inOneThread(replayed),
          )
        : null;
    const seconds = (performance.now() - started) / 1000;
    const record = recordOf(
      schedule,
      scenario.definition.name,
      replayed,
      threads,
      seconds,
      commandOf(file, flags),
    );
    print(
      flags.json === true
        ? `${JSON.stringify(record)}\n`
        : replayText(record, replayed.steps, styleFor(flags), flags.quiet === true),
    );
    if (signal.aborted) return 130;
    return { holds: 0, violated: 1, inconclusive: 3 }[record.verdict];
  } finally {
    interrupt.restore();
    scenario.cleanup();
  }
}

function inOneThread({
  plan,
  values,
  words,
  tasks,
  violation,
  finding,
}: Replay): Parameters<typeof outcomeOf>[1] {
  const { kind = null, object = null } = violation ?? {};
  return { plan, values, words, tasks, kind, object, address: finding?.object ?? 0 };
}

function recordOf(
  schedule: Schedule,
  name: string,
  { violation, tasks }: Replay,
  threads: ThreadsOutcome | null,
  seconds: number,
  command: string,
): ReplayRecord {
  const { kind, object } = schedule;
  const isSame = violation?.kind === kind && violation.object === object;
  const onThreads = threads === null || (threads.same && threads.kind === (violation?.kind ?? null));
  return {
    scenario: name,
    engine: "replay",
    params: schedule.params,
    granularity: schedule.granularity,
    tasks: [...tasks],
    verdict: !onThreads ? "inconclusive" : violation === undefined ? "holds" : "violated",
    expected: { kind, object },
    reproduced: isSame && onThreads,
    steps: schedule.steps.length,
    seconds,
    violations: violation === undefined ? [] : [{ ...violation, schedule: null }],
    threads,
    command,
  };
}

function commandOf(file: string, { threads }: ReplayFlags): string {
  return commandLine(["refzero", "replay", file, ...(threads === true ? ["--threads"] : [])]);
}
