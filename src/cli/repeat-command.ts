import { isSampling } from "../explore/strategies.ts";
import { commandLine, paramWords } from "../record/command-line.ts";
import type { ExploreFlags } from "./explore.ts";
import type { RaceFlags } from "./race.ts";

/** The command line that repeats a run, without its seed: whatever decides what is run, nothing of how it is shown. */
export function repeatCommand(named: string, flags: RaceFlags): string {
  const words = ["refzero", "race", named];
  words.push(...paramWords(flags.param ?? {}));
  words.push("--seconds", String(flags.seconds));
  if (flags.soak === true) words.push("--soak");
  if (flags.batch !== undefined) words.push("--batch", String(flags.batch));
  if (flags.arena !== undefined) words.push("--arena", String(flags.arena));
  if (flags.chaos !== undefined) words.push("--chaos", String(flags.chaos));
  if (flags.check !== undefined) words.push("--check", flags.check);
  if (!flags.recorder) words.push("--no-recorder");
  if (flags.lockdep === true) words.push("--lockdep");
  if (flags.stopFirst === true) words.push("--stop-first");
  if (flags.keepGoing === true) words.push("--keep-going");
  return commandLine(words);
}

/** What an exploration is given where it is not told. */
export const exploreDefaults = { seconds: 300, maxSteps: 10_000, shrink: 20_000 } as const;

/** The command line that repeats an exploration. */
export function exploreCommandLine(named: string, flags: ExploreFlags, seed: number): string {
  const words = ["refzero", "explore", named];
  words.push(...paramWords(flags.param ?? {}));
  if (flags.strategy !== "dpor") words.push("--strategy", flags.strategy);
  if (flags.strategy === "bounded") words.push("--bound", String(flags.bound));
  if (flags.strategy === "pct") words.push("--depth", String(flags.depth));
  if (isSampling(flags.strategy)) words.push("--seed", seed.toString(16).padStart(8, "0"));
  if (flags.granularity !== undefined) words.push("--granularity", flags.granularity);
  if (flags.executions !== undefined) words.push("--executions", String(flags.executions));
  if (flags.seconds !== exploreDefaults.seconds) words.push("--seconds", String(flags.seconds));
  if (flags.maxSteps !== exploreDefaults.maxSteps) words.push("--max-steps", String(flags.maxSteps));
  if (flags.shrink !== exploreDefaults.shrink) words.push("--shrink", String(flags.shrink));
  if (flags.checkDeterminism === true) words.push("--check-determinism");
  if (flags.keepGoing === true) words.push("--keep-going");
  if (flags.lockdep === true) words.push("--lockdep");
  return commandLine(words);
}
