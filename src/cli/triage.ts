import { Command } from "commander";
import { type Assumption, parseAssumption } from "../triage/assumptions.ts";
import { type OutputFlags, outputOptions } from "./output-options.ts";

/** Options of `refzero triage`, parsed. */
export interface TriageFlags extends OutputFlags {
  readonly assume?: readonly Assumption[];
  readonly facts?: boolean;
  readonly trace?: string;
  readonly scenario?: string;
}

/** The `triage` command. Its action resolves to the exit status. */
export function triageCommand(finish: (status: number) => void): Command {
  const command = new Command("triage")
    .description("judge the lock reports of a kernel log")
    .argument("<log...>", "kernel logs or folders of them; - is standard input")
    .option(
      "--assume <fact>",
      "what you know: exclusive:LOCK@FUNCTION, shared:LOCK, distinct:LOCK, gate:LOCK, init-only:LOCK, run-time:LOCK, trylock:LOCK (repeatable)",
      (text: string, before: readonly Assumption[] = []) => [...before, parseAssumption(text)],
    )
    .option("--facts", "every fact that matters, and the model")
    .option("--trace <file>", "write the report as a lock trace, for `refzero lockdep`")
    .option("--scenario <file>", "write the paths as a scenario, for race and explore");
  return outputOptions(command)
    .addHelpText(
      "after",
      "\nStatus 1: a report is real; 3: none is real, and at least one is unknown; 0: all are spurious, or there is none\n\nExamples\n  dmesg | refzero triage -\n  refzero triage splat.log --facts\n  refzero triage splat.log --assume shared:resv\n  refzero triage splat.log --trace splat.jsonl && refzero lockdep splat.jsonl",
    )
    .action(async (files: string[], flags: TriageFlags) => {
      // Other commands need not wait for what only this one loads.
      const { runTriage } = await import("./triage-run.ts");
      finish(await runTriage(files, flags));
    });
}
