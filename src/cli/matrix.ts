import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { fingerprintOf } from "../matrix/fingerprint.ts";
import { Kept } from "../matrix/kept.ts";
import { judgeAll } from "../matrix/matrix.ts";
import { onlyHelp, onlyRows } from "../matrix/only.ts";
import { judged, type PlannedRow, rowsOf } from "../matrix/plan.ts";
import { commandLine } from "../record/command-line.ts";
import { type MatrixFile, parseMatrixFile } from "../record/matrix-file.ts";
import { type MatrixRecord, matrixStatus } from "../record/matrix-record.ts";
import { matrixMarkdown } from "../report/matrix-markdown.ts";
import { matrixText } from "../report/matrix-text.ts";
import { matrixProgressLine } from "../report/progress-text.ts";
import { interruptSignal } from "./interrupt.ts";
import { numberIn } from "./options.ts";
import { outputStyle, Progress, print, warn } from "./output.ts";
import { type OutputFlags, outputOptions } from "./output-options.ts";
import { readText } from "./schedule-file.ts";
import { FOLDER, makeFolder, pendingFile } from "./write-file.ts";

/** Options of `refzero matrix`, parsed. */
interface MatrixFlags extends OutputFlags {
  readonly only?: readonly string[];
  readonly quick?: boolean;
  readonly seconds: number;
  readonly budget: number;
  readonly jobs?: number;
  readonly resume?: boolean;
  readonly markdown?: boolean;
}

/** Where results are kept as they come in. */
const FILE: string = join(FOLDER, "matrix.json");
const RACE_SECONDS = 2;
const BUDGET_SECONDS = 60;

/** The `matrix` command. */
export function matrixCommand(finish: (status: number) => void): Command {
  const cpus = availableParallelism();
  const within = (option: string, min: number, max: number, unit = "") =>
    numberIn({ option, min, max, whole: unit === "", unit });
  const command = new Command("matrix")
    .description("every free design against every oracle")
    .argument("[scenario...]", "neighbours, by name or file (else all of the catalogue)")
    .option("--only <pattern>", "these designs or neighbours (repeatable)", collect)
    .option("--quick", "explorer and lockdep only")
    .option(
      "--seconds <n>",
      "how long to race a row",
      within("--seconds", 0.05, 3600, "seconds"),
      RACE_SECONDS,
    )
    .option(
      "--budget <n>",
      "how long to explore a row at most, in seconds",
      within("--budget", 0.001, 86_400, "seconds"),
      BUDGET_SECONDS,
    )
    .option("--jobs <n>", "rows explored at once (default: one a CPU)", within("--jobs", 1, cpus))
    .option("--resume", `go on from ${FILE}, where each run keeps its results`)
    .option("--markdown", "the result as a Markdown table");
  return outputOptions(command)
    .addHelpText(
      "after",
      `\n${onlyHelp}\n\nExamples\n  refzero matrix --quick\n  refzero matrix --only n6 --only lock\n  refzero matrix --resume --json\n  refzero matrix ./mine.ts\n\nExit status  0 every row agrees, 1 one disagrees, 2 usage or bad input, 3 a budget ended first, 130 interrupted`,
    )
    .action(async (named: string[], flags: MatrixFlags) => finish(await runMatrix(named, flags)));
}

function collect(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

async function runMatrix(named: readonly string[], flags: MatrixFlags): Promise<number> {
  const scenarios = await judged(named);
  try {
    const record = await judgeWith(onlyRows(scenarios.flatMap(rowsOf), flags.only ?? []), named, flags);
    if (flags.json === true) print(`${JSON.stringify(record)}\n`);
    else if (flags.markdown === true) print(matrixMarkdown(record));
    else print(matrixText(record, outputStyle(flags.color), flags.quiet === true));
    return matrixStatus(record);
  } finally {
    for (const { cleanup } of scenarios) cleanup();
  }
}

async function judgeWith(
  rows: readonly PlannedRow[],
  named: readonly string[],
  flags: MatrixFlags,
): Promise<MatrixRecord> {
  const kept = new Kept(fingerprintOf(), earlier(flags), keeper());
  if (kept.isStale) warn(`${FILE} is of other code: none of its results is taken over`);
  const progress = new Progress();
  const interrupt = interruptSignal();
  try {
    return await judgeAll({
      rows,
      quick: flags.quick === true,
      raceSeconds: flags.seconds,
      budget: flags.budget,
      jobs: flags.jobs ?? availableParallelism(),
      kept,
      signal: interrupt.signal,
      onProgress: (now) => progress.show(matrixProgressLine(now)),
      command: repeated(named, flags),
    });
  } finally {
    interrupt.restore();
    progress.end();
  }
}

function earlier({ resume }: MatrixFlags): MatrixFile | undefined {
  return resume === true && existsSync(FILE) ? parseMatrixFile(FILE, readText(FILE)) : undefined;
}

/** Keeps results; says once that it cannot, which ends nothing. */
function keeper(): (text: string) => void {
  let cannot = false;
  return (text) => {
    if (cannot) return;
    try {
      makeFolder();
      pendingFile(FILE).write(text);
    } catch (error) {
      cannot = true;
      warn(`results are not kept: ${(error as Error).message}`);
    }
  };
}

function repeated(named: readonly string[], flags: MatrixFlags): string {
  return commandLine([
    ...["refzero", "matrix", ...named],
    ...(flags.only ?? []).flatMap((pattern) => ["--only", pattern]),
    ...(flags.quick === true ? ["--quick"] : []),
    ...(flags.seconds === RACE_SECONDS ? [] : ["--seconds", String(flags.seconds)]),
    ...(flags.budget === BUDGET_SECONDS ? [] : ["--budget", String(flags.budget)]),
  ]);
}
