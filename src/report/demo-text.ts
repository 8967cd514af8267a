import pc from "picocolors";
import type { RunRecord } from "../record/run-record.ts";
import { grouped } from "./numbers.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";

const EXPLANATION = [
  "holds: nobody met the lock of a dying object in that many frees. It was not seen; it is not proved.",
  "violated: list-lock's walker takes no reference, so it can have the lock of a dying object, whose free waits for the list.",
  "violated: the mutant locks objects it holds no reference to, and the race caught it: the check can fail.",
  "next: refzero race shmem/free-vs-shrinker -p mutant=shrinker-plain-get, refzero race ww/abba, refzero list",
];

/** The newcomer's table: a row a run, then what it means and what to try next. */
export function demoText(runs: readonly RunRecord[], style: Style): string {
  const colors = pc.createColors(style.color);
  const head = ["design", "mutant", "worlds", "frees", "overlap", "contended frees", "ns a free", "verdict"];
  const rows = runs.map((run) => [
    String(run.params.design),
    String(run.params.mutant),
    ...[run.worlds, run.frees, run.overlap, run.contendedFrees].map(grouped),
    run.nsPerFree === null ? "-" : grouped(run.nsPerFree),
    run.verdict,
  ]);
  const lines = table([head, ...rows]).map((line) =>
    line.replace(/holds$/, colors.green("holds")).replace(/violated$/, colors.red("violated")),
  );
  return `${[...lines, "", ...EXPLANATION].join("\n")}\n`;
}
