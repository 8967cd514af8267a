import pc from "picocolors";
import type { ExploreRecord, ExploreViolation } from "../record/explore-record.ts";
import { counted, grouped } from "./numbers.ts";
import { titleOf } from "./race-text.ts";
import type { Style } from "./style.ts";

/** The first line: what is explored, and how. */
function header(record: ExploreRecord, style: Style): string {
  const dot = style.unicode ? " · " : " - ";
  const how = record.strategy === "dpor" ? "optimal DPOR" : record.strategy;
  return [
    titleOf(record),
    counted(record.tasks.length, "task"),
    `granularity ${record.granularity}`,
    how,
  ].join(dot);
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
    return `violated: ${first.kind}${on}, execution ${grouped(first.execution)}, ${time}: ${first.message} (${size})`;
  }
  if (record.overran) {
    const cause = "a loop that spins? Add `yield* cpuRelax(turn)` to it, or raise --max-steps";
    return `inconclusive: execution ${grouped(record.executions + 1)} passed the limit of steps (${cause}), ${time}`;
  }
  if (record.verdict === "inconclusive") return `inconclusive: no execution was finished in ${time}`;
  const runs = counted(record.executions, "execution");
  if (!record.exhaustive) return `holds: no violation in ${runs} (not exhaustive), ${time}`;
  if (record.strategy === "bounded")
    return `holds: every interleaving within the bound, ${runs}, ${time}; no further`;
  const traces = record.strategy === "dpor" ? counted(record.executions, "trace") : runs;
  return `holds: every interleaving of ${counted(record.tasks.length, "task")}, ${traces} (${grouped(record.blocked)} blocked), ${time}. Proved for these tasks at granularity ${record.granularity}, and no further.`;
}

/** An interleaving as a list: a run of steps of one task, then a switch. */
function witnessLines({ schedule, waits }: ExploreViolation): string[] {
  const width = String(schedule.length).length;
  const lines: string[] = [];
  for (const [index, { task, step, on }] of schedule.entries()) {
    if (task !== schedule[index - 1]?.task) lines.push(`  ${task}`);
    lines.push(`  ${String(index + 1).padStart(width)}  ${step}${on === "" ? "" : ` ${on}`}`);
  }
  const waiting = waits.map(
    ({ task, waitsFor, heldBy }) =>
      `  ${task} waits for ${waitsFor}, ${heldBy === null ? "which nobody holds" : `held by ${heldBy}`}`,
  );
  return [...lines, ...waiting];
}

/** The whole report of an exploration. */
export function exploreText(record: ExploreRecord, style: Style, quiet: boolean): string {
  const colors = pc.createColors(style.color);
  const paint =
    record.verdict === "holds" ? colors.green : record.verdict === "violated" ? colors.red : colors.yellow;
  const verdict = exploreVerdict(record).replace(/^[a-z]+/, (word) => paint(word));
  if (quiet) return `${verdict}\n`;
  const [first] = record.violations;
  const lines = [
    header(record, style),
    ...(first === undefined ? [] : witnessLines(first)),
    verdict,
    `again  ${record.command}`,
  ];
  return `${lines.join("\n")}\n`;
}
