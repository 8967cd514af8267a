import { opening } from "./kinds.ts";
import { logLines } from "./prefix.ts";
import type { RawLine } from "./quoted-printable.ts";

/** A window grows until nothing that looks like a report came for so many lines, … */
const quietLines = 160;
/** … is cut before a new report once it has so many, … */
const wantedLines = 800;
/** … and is cut anywhere at so many. */
const mostLines = 4000;
/** Bytes of a line that are kept. */
export const longestLine = 4096;

const reportLike =
  /\+0x[0-9a-f]+|lock|LOCK|Call [Tt]race|CPU|backtrace|Workqueue|at:|#\d+|TASK>|IRQ>|EOI>|RIP|\(\w[^)]*:\d+|end trace|\bby task|\[inline\]/;

/** The lines of a log from somewhat before a message that begins a report to the end of that report, or of several. */
export class Window {
  readonly lines: RawLine[] = [];
  #quiet = 0;

  /** Takes a line; false when it does not belong here any more, and the window is to be read without it. */
  take(line: RawLine): boolean {
    if (this.lines.length >= mostLines || this.#quiet >= quietLines) return false;
    if (this.lines.length >= wantedLines && /WARNING|BUG|INFO|cut here|={20}/.test(line.text)) {
      const opens = logLines(line.text, line.no).some(({ text }) => opening(text)?.kind);
      if (opens || /cut here|={20}/.test(line.text)) return false;
    }
    this.lines.push(line);
    this.#quiet = reportLike.test(line.text) ? 0 : this.#quiet + 1;
    return true;
  }
}
