#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { UsageError } from "../record/usage-error.ts";
import { benchCommand } from "./bench.ts";
import { demoCommand } from "./demo.ts";
import { exploreCommand } from "./explore.ts";
import { listCommand } from "./list.ts";
import { lockdepCommand } from "./lockdep.ts";
import { matrixCommand } from "./matrix.ts";
import { ignoreBrokenPipe } from "./output.ts";
import { raceCommand } from "./race.ts";
import { replayCommand } from "./replay.ts";
import { triageCommand } from "./triage.ts";

const USAGE = 2;
const EXIT_STATUS =
  "\nExit status  0 holds, 1 violated, 2 usage or bad input, 3 inconclusive, 130 interrupted";

function version(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** One line on stderr, and status 2. */
function complain(message: string): void {
  process.stderr.write(
    `refzero: ${message
      .replace(/^error: /, "")
      .replaceAll(/\s*\n+\s*/g, " ")
      .trim()}\n`,
  );
  process.exitCode = USAGE;
}

async function main(): Promise<void> {
  ignoreBrokenPipe();
  const finish = (status: number): void => {
    process.exitCode = status;
  };
  const program = new Command("refzero")
    .description("race, explore and judge kernel lock paths")
    .version(version())
    .addHelpText("after", EXIT_STATUS);
  for (const command of [
    raceCommand(finish),
    exploreCommand(finish),
    replayCommand(finish),
    matrixCommand(finish),
    lockdepCommand(finish),
    triageCommand(finish),
    listCommand(finish),
    benchCommand(finish),
    demoCommand(finish),
  ])
    program.addCommand(command);
  // Commander would print its own errors, or the whole help, over several lines and exit with 1.
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ outputError: () => {}, writeErr: () => {} });
    command.helpOption("-h, --help", "this text");
  }
  if (process.argv.length <= 2) {
    process.stderr.write(program.helpInformation());
    process.exitCode = USAGE;
    return;
  }
  await program.parseAsync();
}

try {
  await main();
} catch (error) {
  if (error instanceof UsageError) complain(error.message);
  else if (error instanceof CommanderError) {
    if (error.exitCode !== 0)
      complain(error.code === "commander.help" ? `unknown command '${process.argv[3]}'` : error.message);
  } else {
    process.stderr.write(
      `refzero: bug in refzero, please report it: ${error instanceof Error ? (error.stack ?? error.message) : error}\n`,
    );
    process.exitCode = 70;
  }
}
