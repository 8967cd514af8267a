import pc from "picocolors";
import { adviceSentences } from "../record/advice.ts";
import type { ExploreRecord, ExploreViolation } from "../record/explore-record.ts";
import { counted, grouped, rate } from "./numbers.ts";
import { titleOf } from "./race-text.ts";
import type { Style } from "./style.ts";
import { painted, reasonLines, witnessLines } from "./witness-text.ts";

/** The first line: what is explored, and how. */
function header(record: ExploreRecord, style: Style): string {
  const dot = style.unicode ? " · " : " - ";
  return [
    titleOf(record),
    counted(record.tasks.length, "task"),
    `granularity ${record.granularity}`,
    wayOf(record),
  ].join(dot);
}

function wayOf({ strategy, bound, pct, seed }: ExploreRecord): string {
  switch (strategy) {
    case "dpor":
      return "optimal DPOR";
    case "dfs":
      return "every interleaving, no reduction";
    case "bounded":
      return `every interleaving of ${counted(bound ?? 0, "preemption")} at most`;
    case "pct":
      return `PCT of depth ${pct?.depth}, seed ${seed}`;
    default:
      return `${strategy === "pos" ? "partial order sampling" : "uniform random"}, seed ${seed}`;
  }
}

/** The verdict, at column 0, with its exact claim. */
export function exploreVerdict(record: ExploreRecord): string {
  const time = `${record.seconds.toFixed(2)} s`;
  const [first] = record.violations;
  if (first !== undefined) {
    const on = first.object === null ? "" : ` on ${first.object}`;
    const { steps, preemptions, met, fewest } = first;
    const found = `found: ${counted(met.steps, "step")}, ${met.preemptions}`;
    const size = `${counted(steps, "step")}, ${counted(preemptions, "preemption")}${fewest ? ", the fewest" : ""}; ${found}`;
    const more = record.violations.length > 1 ? `, and ${record.violations.length - 1} more kept` : "";
    return `violated: ${first.kind}${on}, execution ${grouped(first.execution)}${record.firstLook ? " of the first look" : ""}, ${time}: ${first.message} (${size})${more}`;
  }
  if (record.overran) {
    const cause = "a loop that spins? Add `yield* cpuRelax(turn)` to it, or raise --max-steps";
    const { task = "", at = null } = record.overranAt ?? {};
    const where = at === null ? "" : ` in ${task}, at ${at}`;
    return `inconclusive: execution ${grouped(record.executions + 1)} passed the limit of steps${where} (${cause}), ${time}`;
  }
  if (record.verdict === "inconclusive") return `inconclusive: no execution was finished in ${time}`;
  return `${claimOf(record)}, ${time}${furtherOf(record)}`;
}

function claimOf(record: ExploreRecord): string {
  const tasks = counted(record.tasks.length, "task");
  if (!record.exhaustive)
    return `holds: no violation in ${counted(record.executions, "execution")} (not exhaustive)`;
  if (record.strategy === "bounded")
    return `holds for ${tasks}, every interleaving of ${counted(record.bound ?? 0, "preemption")} at most, ${counted(record.executions, "execution")}`;
  const runs =
    record.strategy === "dpor"
      ? `${counted(record.executions, "trace")} (${grouped(record.blocked)} blocked)`
      : counted(record.executions, "execution");
  return `holds for ${tasks}, every interleaving, ${runs}`;
}

function furtherOf({ exhaustive, pct, granularity, executions }: ExploreRecord): string {
  if (exhaustive) return `. Proved for these tasks at granularity ${granularity}, and no further.`;
  if (pct === null) return ". Not a proof.";
  const missed = (1 - pct.probability) ** executions;
  return `. A bug of depth ${pct.depth} is met by one execution with at least ${rate(pct.probability)} (1 / (tasks x steps^(depth-1)), ${pct.steps} steps); missed by all with at most ${rate(missed)}.`;
}

/** The command that goes on: without the limit that has been reached. */
function restOf(command: string): string {
  return command.replace(/ --(?:executions|seconds) \S+/g, "");
}

/** The first violation of each kind but that of the first of all. */
function otherKinds({ violations }: ExploreRecord): ExploreViolation[] {
  const first = (kind: string): ExploreViolation | undefined => violations.find((one) => one.kind === kind);
  return violations.filter((one, index) => index > 0 && one === first(one.kind));
}

/** The interleaving that ends in the first violation, in columns, and what waits for what at its end; nothing where there is none. */
export function witnessTextOf(record: ExploreRecord, style: Style): string {
  const [first] = record.violations;
  if (first === undefined) return "";
  return [...painted(witnessLines(first.witness, record.tasks, style), style), ...reasonLines(first)].join(
    "\n",
  );
}

/** The whole report of an exploration. */
export function exploreText(record: ExploreRecord, style: Style, quiet: boolean): string {
  const colors = pc.createColors(style.color);
  const paint =
    record.verdict === "holds" ? colors.green : record.verdict === "violated" ? colors.red : colors.yellow;
  const verdict = exploreVerdict(record).replace(/^[a-z]+/, (word) => paint(word));
  if (quiet) return `${verdict}\n`;
  const [first] = record.violations;
  const witness =
    first === undefined
      ? []
      : [...painted(witnessLines(first.witness, record.tasks, style), style), ...reasonLines(first)];
  const saved = first?.schedule ?? null;
  const also = otherKinds(record).map(
    ({ kind, object, execution, message }) =>
      `also   ${kind}${object === null ? "" : ` on ${object}`}, execution ${grouped(execution)}: ${message}`,
  );
  const next = [
    ...record.advice.map(
      ({ kind, task, lock }) => `note   ${kind}: ${task} ${adviceSentences[kind]} (${lock})`,
    ),
    ...(saved === null ? [] : [`saved  ${saved}`, `again  refzero replay ${saved} [--threads]`]),
    ...(record.checkpoint === null
      ? []
      : [`rest   ${restOf(record.command)} --checkpoint ${record.checkpoint}`]),
    ...(saved === null && record.checkpoint === null ? [`again  ${record.command}`] : []),
  ];
  return `${[header(record, style), verdict, ...witness, ...also, ...next].join("\n")}\n`;
}
