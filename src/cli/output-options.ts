import type { Command } from "commander";
import { oneOf } from "./options.ts";
import { type ColorChoice, colorChoices } from "./output.ts";

/** How a command's result is shown. */
export interface OutputFlags {
  readonly json?: boolean;
  readonly color: ColorChoice;
  readonly quiet?: boolean;
}

/** Gives a command the options of `OutputFlags`; returns it. */
export function outputOptions(command: Command): Command {
  return command
    .option("--json", "one JSON document on stdout and nothing else")
    .option(
      "--color <when>",
      "auto, always, never (NO_COLOR is obeyed)",
      oneOf("--color", colorChoices),
      "auto",
    )
    .option("-q, --quiet", "the verdict line only");
}
