import { decodeReport } from "./decode/decode.ts";
import { joinWrapped } from "./join.ts";
import { logLines } from "./prefix.ts";
import { decodeQuotedPrintable, isQuotedPrintable, type RawLine } from "./quoted-printable.ts";
import { LogScanner } from "./scan.ts";
import { splitReports } from "./split.ts";
import type { LogReport } from "./types.ts";

/** Reports of one kind that are kept: a log may repeat one warning for days. */
const mostOfAKind = 200;
const utf16Mark = [0xff, 0xfe];

/** Reads a log as bytes come; memory does not grow with the log. Never throws for what is in it. */
export async function readLog(
  chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
): Promise<LogReport[]> {
  const reports: LogReport[] = [];
  const counts = new Map<LogReport["kind"], number>();
  const scanner = new LogScanner((lines) => {
    for (const report of readWindow(lines)) {
      const count = counts.get(report.kind) ?? 0;
      if (count < mostOfAKind) reports.push(report);
      counts.set(report.kind, count + 1);
    }
  });
  let wide: boolean | null = null;
  for await (const chunk of chunks) {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    if (bytes.length === 0) continue;
    // What PowerShell saves is UTF-16; all that matters in a kernel log is in its low bytes.
    wide ??= utf16Mark.every((byte, i) => bytes[i] === byte);
    scanner.feed(wide ? bytes.filter((byte) => byte !== 0) : bytes);
  }
  scanner.end();
  return reports;
}

/** Reads the reports in the lines of one window. */
function readWindow(raw: readonly RawLine[]): LogReport[] {
  const plain = isQuotedPrintable(raw) ? decodeQuotedPrintable(raw) : raw;
  const lines = plain.flatMap(({ no, text }) => logLines(text, no));
  return splitReports(joinWrapped(lines))
    .map(decodeReport)
    .filter((report) => report !== null);
}
