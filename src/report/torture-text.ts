import type { RunRecord } from "../record/run-record.ts";
import type { RunTorture, TortureCounts } from "../record/torture-record.ts";

/**
 * One line of statistics, to the letter: what reads the kernel's log reads this. `Fail` is 0 or 1 there, whatever
 * the count. @kernel kernel/locking/locktorture.c: __torture_print_stats()
 */
export function statisticsLine(kind: "Writes" | "Reads ", counts: TortureCounts): string {
  const { total, max, min, fail } = counts;
  const unfair = Math.floor(max / 2) > min ? "???" : "";
  const failed = fail > 0;
  const end = `Fail: ${failed ? 1 : 0} ${failed ? "!!!" : ""}`;
  return `${kind}:  Total: ${total}  Max/Min: ${max}/${min} ${unfair}  ${end}`;
}

/** How the test ended, with its parameters. @kernel kernel/locking/locktorture.c: lock_torture_print_module_parms() */
export function endOfTest({ type, parameters }: RunTorture, failed: boolean): string {
  const words = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
  return `${type}-torture:--- End of test: ${failed ? "FAILURE" : "SUCCESS"}: ${words.join(" ")}`;
}

/** What locktorture prints at the end of a test. */
export function tortureLines(torture: RunTorture, { verdict }: Pick<RunRecord, "verdict">): string[] {
  const { writes, reads } = torture;
  const failed = verdict === "violated" || writes.fail > 0 || (reads?.fail ?? 0) > 0;
  return [
    statisticsLine("Writes", writes),
    ...(reads === null ? [] : [statisticsLine("Reads ", reads)]),
    endOfTest(torture, failed),
  ];
}
