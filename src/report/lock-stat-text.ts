import type { BenchLockStat, BenchResult } from "../record/bench-record.ts";

// The columns of /proc/lock_stat, in its order. @kernel kernel/locking/lockdep_proc.c: seq_header()

const columns: readonly (readonly [string, keyof BenchLockStat, number])[] = [
  ["con-bounces", "conBounces", 14],
  ["contentions", "contentions", 14],
  ["waittime-min", "waittimeMin", 14],
  ["waittime-max", "waittimeMax", 14],
  ["waittime-total", "waittimeTotal", 16],
  ["waittime-avg", "waittimeAvg", 14],
  ["acq-bounces", "acqBounces", 14],
  ["acquisitions", "acquisitions", 14],
  ["holdtime-min", "holdtimeMin", 14],
  ["holdtime-max", "holdtimeMax", 14],
  ["holdtime-total", "holdtimeTotal", 16],
  ["holdtime-avg", "holdtimeAvg", 14],
];

const NAME = 28;

/** Lock statistics of one result; nothing where none were kept. Times are microseconds, holds are timed one in 64. */
export function lockStatLines(result: BenchResult): string[] {
  if (result.lockStat === null) return [];
  const head = "class name".padStart(NAME) + columns.map(([name, , width]) => name.padStart(width)).join("");
  const rows = result.lockStat.map(
    (row) =>
      `${row.class}:`.padStart(NAME) +
      columns.map(([name, key, width]) => cell(name, row[key] as number).padStart(width)).join(""),
  );
  return [
    `lock_stat ${result.label} (times in us; one hold in 64 is timed)`,
    "-".repeat(head.length),
    head,
    "-".repeat(head.length),
    ...rows,
  ];
}

const cell = (name: string, value: number): string =>
  name.includes("time") ? value.toFixed(2) : String(value);
