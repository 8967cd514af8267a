import { Command } from "commander";
import { collectParam, numberIn, parseSeed } from "./options.ts";
import { type OutputFlags, outputOptions } from "./output-options.ts";

/** Options of `refzero bench`, parsed. */
export interface BenchFlags extends OutputFlags {
  readonly param?: Readonly<Record<string, string>>;
  readonly rounds: number;
  readonly seconds: number;
  readonly seed?: number;
  readonly lockStat?: boolean;
  readonly recorder?: boolean;
  readonly peers?: boolean;
  readonly conformance?: string;
  readonly runs: number;
  readonly save?: string;
  readonly record?: string;
  readonly list?: boolean;
  readonly force?: boolean;
}

/** The `bench` command. Its action resolves to the exit status. */
export function benchCommand(finish: (status: number) => void): Command {
  const within = (option: string, min: number, max: number, whole: boolean, unit = "") =>
    numberIn({ option, min, max, whole, unit });
  const command = new Command("bench")
    .description("cost of lock paths, beside what people would use instead")
    .argument("[path...]", "paths to measure side by side; compare A.json B.json")
    .option(
      "-p, --param <k=v,...>",
      "set a parameter; several values are measured side by side",
      collectParam,
    )
    .option("--rounds <n>", "rounds, in turns", within("--rounds", 3, 1000, true), 10)
    .option("--seconds <n>", "seconds of a round", within("--seconds", 0.02, 3600, false, "seconds"), 0.2)
    .option("--seed <hex>", "repeat a run's choices; every run prints its seed", parseSeed)
    .option("--lock-stat", "what each lock did, in the columns of /proc/lock_stat")
    .option("--recorder", "with the event recorder on, as races have it")
    .option("--peers", "refzero's locks and what people would use instead, the same loop for all")
    .option(
      "--conformance <lock>",
      "check a foreign lock (a module) or a path in many short contended runs: no lost update, no hang",
    )
    .option("--runs <n>", "runs of --conformance", within("--runs", 1, 1_000_000, true), 1000)
    .option("--save <name>", "keep the measurement as NAME.json, for compare")
    .option("--record <file>", "the same, by the file's name")
    .option("--force", "compare measurements of different machines")
    .option("--list", "the paths that there are, and their parameters");
  return outputOptions(command)
    .addHelpText(
      "after",
      "\nExamples\n  refzero bench shmem/free\n  refzero bench mutex/lock -p tasks=1,2,4 -p policy=bounded,spin\n  refzero bench ww/lock-n -p objects=8 -p tasks=4 --lock-stat\n  refzero bench --peers --rounds 3 --seconds 2\n  refzero bench kref/put --save before; refzero bench compare before.json after.json\n  refzero bench --conformance ./my-lock.mjs",
    )
    .action(async (words: string[], flags: BenchFlags) => {
      // Other commands need not wait for what only this one loads.
      const { runBench } = await import("./bench-run.ts");
      finish(await runBench(words, flags));
    });
}
