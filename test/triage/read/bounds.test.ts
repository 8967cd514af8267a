import { expect, it } from "vitest";
import { readLog } from "../../../src/triage/read/read-log.ts";

it("a list without an end is cut, and the next report is read", async () => {
  const held = Array.from(
    { length: 20_000 },
    (_, i) =>
      `1 lock held by t/${i + 1}:\n #0: ffff8881${String(i).padStart(8, "0")} (&x){+.+.}-{4:4}, at: f+0x1/0x2\n`,
  );
  const hung = "INFO: task a:1 blocked for more than 122 seconds.\nShowing all locks held in the system:\n";
  const later = "BUG: scheduling while atomic: b/2/0x00000002\nCall Trace:\n g+0x1/0x2\n";
  const reports = await readLog([hung, ...held, "boot\n".repeat(500), later]);
  expect(reports.map(({ kind }) => kind)).toEqual(["hung-task", "sleep-in-atomic"]);
  expect(reports[0]?.lines.last).toBeLessThanOrEqual(4000);
  expect(reports[0]?.otherTasks.length).toBeLessThanOrEqual(1024);
  expect(reports[1]?.lines).toEqual({ first: 40_503, last: 40_505 });
});

it("a warning that comes again and again is kept 200 times, and what follows it is read", async () => {
  const again = "BUG: scheduling while atomic: b/2/0x00000002\nCall Trace:\n g+0x1/0x2\n".repeat(2000);
  const reports = await readLog([again, "UBSAN: shift-out-of-bounds in a.c:1:2\nCall Trace:\n g+0x1/0x2\n"]);
  expect(reports.filter(({ kind }) => kind === "sleep-in-atomic")).toHaveLength(200);
  expect(reports.at(-1)?.kind).toBe("ubsan");
});

it("a line without an end is cut, and the report it stands in is read", async () => {
  const long = `${"x".repeat(100_000)}\n`;
  const [report] = await readLog([
    "BUG: scheduling while atomic: b/2/0x00000002\n",
    long,
    "Call Trace:\n g+0x1/0x2\n",
  ]);
  expect(report?.stack.map((frame) => frame.function)).toEqual(["g"]);
  expect(report?.lines).toEqual({ first: 1, last: 4 });
});
