import type { ConformanceRecord } from "../record/conformance-record.ts";
import { counted, grouped } from "./numbers.ts";

/** What a conformance check found, the verdict in one line. */
export function conformanceText(record: ConformanceRecord): string {
  const { name, runs, lost, updates, hung, limitMs, seconds } = record;
  const done = `${counted(runs, "short contended run")} of 2 to 4 tasks, ${grouped(updates.of)} sections, ${seconds.toFixed(1)} s`;
  const faults = [
    ...(lost > 0
      ? [`lost updates after ${counted(lost, "run")} (${grouped(updates.lost)} of ${grouped(updates.of)})`]
      : []),
    ...(hung.length > 0
      ? [
          `${counted(hung.length, "run")} did not end within ${limitMs / 1000} s (${hung.map((run) => `number ${run}`).join(", ")})`,
        ]
      : []),
  ];
  if (faults.length > 0) return `violated: ${name}: ${faults.join(" and ")}; ${done}\n`;
  if (record.verdict === "inconclusive") return `inconclusive: ${name}: interrupted after ${done}\n`;
  return `holds: ${name}: no update lost and no run hung in ${done}. Not seen is not proved.\n`;
}
