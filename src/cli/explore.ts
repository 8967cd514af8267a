import { Command } from "commander";
import { resolveParams } from "../catalogue/params.ts";
import { resolveScenario } from "../catalogue/resolve.ts";
import { explore, type StrategyName, strategies } from "../explore/explore.ts";
import { toRecord } from "../explore/to-record.ts";
import { exploreText } from "../report/explore-text.ts";
import { collectParam, numberIn, oneOf } from "./options.ts";
import { type ColorChoice, colorChoices, outputStyle, print } from "./output.ts";
import { quoted } from "./repeat-command.ts";

/** Options of `refzero explore`, parsed. */
interface ExploreFlags {
  readonly param: Readonly<Record<string, string>>;
  readonly strategy: StrategyName;
  readonly granularity?: "atomic" | "lock";
  readonly bound: number;
  readonly executions: number;
  readonly seconds: number;
  readonly maxSteps: number;
  readonly shrink: number;
  readonly keepGoing?: boolean;
  readonly requireExhaustive?: boolean;
  readonly json?: boolean;
  readonly color: ColorChoice;
  readonly quiet?: boolean;
}

const MOST_EXECUTIONS = 1e12;

/** The `explore` command. */
export function exploreCommand(finish: (status: number) => void): Command {
  const within = (option: string, min: number, max: number, whole: boolean, unit = "") =>
    numberIn({ option, min, max, whole, unit });
  return new Command("explore")
    .description("try every interleaving, in one thread")
    .argument("<scenario>", "catalogue name or file")
    .option("-p, --param <k=v>", "set a scenario parameter (repeatable)", collectParam, {})
    .option("--strategy <name>", "dpor, dfs or bounded", oneOf("--strategy", strategies), "dpor")
    .option(
      "--granularity <g>",
      "atomic: between any two accesses; lock: not inside a lock or refcount operation",
      oneOf("--granularity", ["atomic", "lock"]),
    )
    .option("--bound <n>", "preemptions of strategy bounded", within("--bound", 0, 64, true), 2)
    .option(
      "--executions <n>",
      "give up after so many",
      within("--executions", 1, MOST_EXECUTIONS, true),
      MOST_EXECUTIONS,
    )
    .option(
      "--seconds <n>",
      "give up after so long",
      within("--seconds", 0.01, 604_800, false, "seconds"),
      600,
    )
    .option("--max-steps <n>", "steps of one execution", within("--max-steps", 1, 1e7, true), 10_000)
    .option(
      "--shrink <n>",
      "look so long for fewer preemptions",
      within("--shrink", 0, 3600, false, "seconds"),
      10,
    )
    .option("--keep-going", "go on after a violation")
    .option("--require-exhaustive", "exit with 3 if interleavings are left")
    .option("--json", "one JSON document on stdout and nothing else")
    .option(
      "--color <when>",
      "auto, always, never (NO_COLOR is obeyed)",
      oneOf("--color", colorChoices),
      "auto",
    )
    .option("-q, --quiet", "the verdict line only")
    .action(async (named: string, flags: ExploreFlags) => finish(await runExplore(named, flags)));
}

async function runExplore(named: string, flags: ExploreFlags): Promise<number> {
  const scenario = await resolveScenario(named);
  try {
    const { definition } = scenario;
    const options = {
      scenario,
      params: resolveParams(definition, flags.param),
      strategy: flags.strategy,
      // The programs with certain counts are about single steps; real paths are about locks.
      granularity: flags.granularity ?? (definition.name.startsWith("dpor/") ? "atomic" : "lock"),
      bound: flags.bound,
      executions: flags.executions,
      seconds: flags.seconds,
      steps: flags.maxSteps,
      shrinkSeconds: flags.shrink,
      keepGoing: flags.keepGoing === true,
    } as const;
    const record = toRecord(options, explore(options), commandOf(named, flags));
    print(
      flags.json === true
        ? `${JSON.stringify(record)}\n`
        : exploreText(record, outputStyle(flags.color), flags.quiet === true),
    );
    if (record.verdict === "violated") return 1;
    return record.verdict === "inconclusive" || (flags.requireExhaustive === true && !record.exhaustive)
      ? 3
      : 0;
  } finally {
    scenario.cleanup();
  }
}

function commandOf(named: string, flags: ExploreFlags): string {
  const words = ["refzero", "explore", named];
  for (const [key, value] of Object.entries(flags.param)) words.push("-p", `${key}=${value}`);
  if (flags.strategy !== "dpor") words.push("--strategy", flags.strategy);
  if (flags.strategy === "bounded") words.push("--bound", String(flags.bound));
  if (flags.granularity !== undefined) words.push("--granularity", flags.granularity);
  if (flags.keepGoing === true) words.push("--keep-going");
  return words.map(quoted).join(" ");
}
