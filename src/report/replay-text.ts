import pc from "picocolors";
import type { ReplayRecord } from "../record/replay-record.ts";
import type { WitnessStep } from "../record/witness.ts";
import { counted, grouped } from "./numbers.ts";
import { titleOf } from "./race-text.ts";
import type { Style } from "./style.ts";
import { painted, reasonLines, witnessLines } from "./witness-text.ts";

/** The verdict, at column 0. */
export function replayVerdict(record: ReplayRecord): string {
  const { expected, steps, seconds, threads } = record;
  const [first] = record.violations;
  const how = `${counted(steps, "step")}, ${seconds.toFixed(2)} s`;
  const where = threads === null ? "" : ` on ${counted(threads.threads, "thread")}`;
  if (threads !== null && !threads.same)
    return `inconclusive: the threads went another way: ${threads.difference} (${how})`;
  if (first === undefined) return `holds: nothing is wrong at the end of the schedule${where} (${how})`;
  const on = first.object === null ? "" : ` on ${first.object}`;
  const other = record.reproduced ? "as recorded" : `the schedule was saved for ${expected.kind}`;
  return `violated: ${first.kind}${on}${where}: ${first.message} (${how}, ${counted(first.preemptions, "preemption")}; ${other})`;
}

/** The whole report of a replay: the interleaving, what is wrong at its end, and what threads made of it. */
export function replayText(
  record: ReplayRecord,
  steps: readonly WitnessStep[],
  style: Style,
  quiet: boolean,
): string {
  const colors = pc.createColors(style.color);
  const paint =
    record.verdict === "holds" ? colors.green : record.verdict === "violated" ? colors.red : colors.yellow;
  const verdict = replayVerdict(record).replace(/^[a-z]+/, (word) => paint(word));
  if (quiet) return `${verdict}\n`;
  const dot = style.unicode ? " · " : " - ";
  const header = [
    titleOf(record),
    counted(record.tasks.length, "task"),
    `granularity ${record.granularity}`,
    "replay",
  ];
  const [first] = record.violations;
  const witness = { steps: [...steps], lastWriter: null, accesses: [] };
  const { threads } = record;
  const followed =
    threads === null
      ? []
      : [
          `  threads  ${grouped(threads.taken)} of ${counted(threads.planned, "access")} taken on ${counted(threads.threads, "real thread")}, each with the value it had in one thread: ${threads.same ? "yes" : "no"}`.replace(
            "accesss",
            "accesses",
          ),
        ];
  return `${[
    header.join(dot),
    ...painted(witnessLines(witness, record.tasks, style), style),
    ...(first === undefined ? [] : reasonLines(first)),
    ...followed,
    verdict,
    `again  ${record.command}`,
  ].join("\n")}\n`;
}
