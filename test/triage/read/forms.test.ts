import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readLog } from "../../../src/triage/read/read-log.ts";
import type { LogReport } from "../../../src/triage/read/types.ts";

const path = "../logs/04-amdgpu-mqd-copy-to-user/splat.log.txt";
const saved = readFileSync(new URL(path, import.meta.url), "utf8");
/** The messages alone, as they were printed. */
const texts = saved
  .trimEnd()
  .split("\n")
  .map((line) => line.replace(/^\[[^\]]*\]\[[^\]]*\] ?/, ""));

async function one(text: string): Promise<Omit<LogReport, "lines">> {
  const reports = await readLog([text]);
  expect(reports.map(({ kind }) => kind)).toEqual(["circular"]);
  const [report] = reports;
  if (!report) throw new Error("no report");
  const { lines: _, ...rest } = report;
  return rest;
}

const each = (form: (text: string, i: number) => string): string => texts.map(form).join("\n");
const quotedPrintable = (text: string): string => text.replace(/=/g, "=3D").replace(/(.{70})(?=.)/g, "$1=\n");

const forms: Record<string, string> = {
  "plain text": each((t) => t),
  dmesg: each((t, i) => `[ 1318.0${10_000 + i}] ${t}`),
  "dmesg with levels": each((t, i) => `<4>[ 1318.0${10_000 + i}] ${t}`),
  "dmesg -x": each((t, i) => `kern  :warn  : [ 1318.0${10_000 + i}] [   T1082] ${t}`),
  "dmesg -T": each((t) => `[Wed Jun  6 15:25:44 2018] ${t}`),
  "dmesg --time-format iso": each((t) => `2024-03-07T10:11:12,123456+01:00 ${t}`),
  journalctl: each((t) => `Nov 23 20:15:02 host kernel: ${t}`),
  "journalctl, ISO": each((t) => `2024-11-23T20:15:02+0000 host kernel: ${t}`),
  "syslog with stamps": each((t, i) => `Nov 23 20:15:02 host kernel: [ 1318.0${10_000 + i}] ${t}`),
  rsyslog: each((t) => `2016-03-26T20:52:22.526357+00:00 host kernel: ${t}`),
  "/dev/kmsg": each((t, i) => `4,${1072 + i},209927860,-;${t}`),
  "/dev/kmsg with callers": each((t, i) => `4,${1072 + i},209927860,-,caller=T1082;${t}`),
  logcat: each((t) => `01-01 12:00:00.000     0     0 W         : ${t}`),
  "a console server": each((t) => `console-7 | ${t}`),
  "a test runner": each((t, i) => `2024-03-07T10:11:12.123Z <6>[ 1318.0${10_000 + i}] ${t}`),
  "a quoted mail": each((t) => `> > ${t}`),
  "a mail quoted without blanks": each((t) => `>> ${t}`),
  colours: each((t, i) => `\u001b[32m[ 1318.0${10_000 + i}] \u001b[0m\u001b[33m${t}\u001b[0m`),
  "a serial console": each((t) => `${t}\r\r`),
  "quoted-printable": each(quotedPrintable),
  "UTF-8 with a mark": `\ufeff${each((t) => t)}`,
  "lines without indent": each((t) => t.trimStart()),
};

describe("one report, saved in many ways", async () => {
  const expected = await one(saved);
  it.each(Object.entries(forms))("%s", async (_, text) => {
    expect(await one(text)).toEqual(expected);
  });

  it("UTF-16, as PowerShell saves it", async () => {
    const bytes = Buffer.from(`\ufeff${texts.join("\r\n")}`, "utf16le");
    const [report] = await readLog([bytes]);
    expect(report?.chain).toEqual(expected.chain);
  });

  it("lines of other tasks in between, in a log without caller ids", async () => {
    const mixed = each(
      (t, i) => `[ 1318.0${10_000 + i}] ${t}\n[ 1318.0${10_000 + i}] usb 1-${i}: new device found`,
    );
    expect(await one(mixed)).toEqual(expected);
  });

  it("in chunks of any size", async () => {
    const bytes = Buffer.from(`boot\n${saved}`);
    for (const size of [1, 7, 64, 1000]) {
      const chunks: Uint8Array[] = [];
      for (let i = 0; i < bytes.length; i += size) chunks.push(bytes.subarray(i, i + size));
      const [report] = await readLog(chunks);
      expect(report).toEqual({ ...expected, lines: { first: 2, last: 66 } });
    }
  });

  it("far into a log, and the lines it names are right", async () => {
    const noise = "Nov 23 20:15:02 host sshd[1]: session opened\n".repeat(20_000);
    const reports = await readLog([noise, saved, noise, saved, noise]);
    expect(reports.map(({ lines }) => lines)).toEqual([
      { first: 20_001, last: 20_065 },
      { first: 40_066, last: 40_130 },
    ]);
  });

  it("two reports of two tasks, line by line", async () => {
    const other = saved
      .replaceAll("T1082", "T77")
      .replaceAll("tar/1082", "cp/77")
      .replaceAll("mmap_lock", "x_lock");
    const a = saved.trimEnd().split("\n");
    const b = other.trimEnd().split("\n");
    const reports = await readLog([a.flatMap((line, i) => [line, b[i] ?? ""]).join("\n")]);
    expect(reports.map((r) => [r.task?.comm, r.chain.length, r.complete])).toEqual([
      ["tar", 3, true],
      ["cp", 3, true],
    ]);
  });

  it("cut at the top: what is left is decoded, and said to be", async () => {
    const { missing, ...cut } = await one(texts.slice(4).join("\n"));
    expect(cut.chain).toEqual(expected.chain);
    expect(missing).toContain("the first lines of the report");
  });
});
