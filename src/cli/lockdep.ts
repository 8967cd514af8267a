import { createReadStream, statSync } from "node:fs";
import { Command } from "commander";
import { validateTrace } from "../lockdep/validate.ts";
import { type LockdepMode, lockdepModes } from "../record/lock-trace.ts";
import { counts, type LockdepRecord } from "../record/lockdep-record.ts";
import { UsageError } from "../record/usage-error.ts";
import { lockdepDot } from "../report/lockdep-dot.ts";
import { lockdepJson } from "../report/lockdep-json.ts";
import { lockdepText } from "../report/lockdep-text.ts";
import { oneOf } from "./options.ts";
import { outputStyle, print } from "./output.ts";
import { type OutputFlags, outputOptions } from "./output-options.ts";
import { refuseUnreadable } from "./unreadable.ts";
import { pendingFile } from "./write-file.ts";

/** Options of `refzero lockdep`, parsed. */
export interface LockdepFlags extends OutputFlags {
  readonly mode?: LockdepMode;
  readonly stats?: boolean;
  readonly dot?: string;
}

/** Bytes that are read at once. */
const CHUNK = 1024 * 1024;

/** The `lockdep` command. */
export function lockdepCommand(finish: (status: number) => void): Command {
  const command = new Command("lockdep")
    .description("validate lock traces")
    .argument("<file...>", "lock traces; - is standard input")
    .option(
      "--mode <mode>",
      "kernel: what the kernel would say; exact: also which of it can happen",
      oneOf("--mode", lockdepModes),
    )
    .option("--stats", "what lockdep_stats shows")
    .option("--dot <file>", "write the dependency graph for Graphviz");
  return outputOptions(command)
    .addHelpText(
      "after",
      "\nExamples\n  refzero lockdep trace.jsonl\n  refzero lockdep --mode exact --json *.jsonl\n  refzero lockdep --stats --dot graph.dot - < trace.jsonl",
    )
    .action(async (files: string[], flags: LockdepFlags) => finish(await runLockdep(files, flags)));
}

async function runLockdep(files: readonly string[], flags: LockdepFlags): Promise<number> {
  const dot = flags.dot === undefined ? undefined : pendingFile(flags.dot);
  // Nothing is printed before every file was read to its end.
  const records: LockdepRecord[] = [];
  for (const file of files) records.push(await validate(file, flags.mode));
  dot?.write(lockdepDot(records));
  const stats = flags.stats === true;
  print(
    flags.json === true
      ? lockdepJson(records, stats)
      : lockdepText(records, outputStyle(flags.color), { quiet: flags.quiet === true, stats }),
  );
  return records.some(({ reports }) => reports.some(counts)) ? 1 : 0;
}

async function validate(file: string, mode: LockdepMode | undefined): Promise<LockdepRecord> {
  try {
    if (file === "-") return await validateTrace("-", process.stdin, mode);
    if (statSync(file).isDirectory())
      throw new UsageError("NO_SUCH_FILE", { file, reason: "it is a folder" });
    return await validateTrace(file, createReadStream(file, { highWaterMark: CHUNK }), mode);
  } catch (error) {
    return refuseUnreadable(file, error);
  }
}
