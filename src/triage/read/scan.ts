import { markers, mayOpen } from "./kinds.ts";
import { MarkerSearch } from "./markers.ts";
import type { RawLine } from "./quoted-printable.ts";
import { longestLine, Window } from "./window.ts";

/** Lines kept from before a message that begins a report: "cut here", the ruler, the text of a warning. */
const contextLines = 3;
/** The most that is kept of a chunk in which nothing was found: those lines, and the one that is not complete yet. */
const tailBytes = 16_384;
const newline = 10;

/**
 * Finds the windows of a log that hold reports. Between them it looks for markers only and counts newlines; a log
 * without reports is never cut into lines.
 */
export class LogScanner {
  readonly #search = new MarkerSearch(markers);
  readonly #emit: (lines: RawLine[]) => void;
  #rest: Uint8Array = new Uint8Array(0);
  /** The number of the line that `#rest` begins in. */
  #line = 1;
  #window: Window | null = null;
  /** How far `#rest` has been searched. */
  #searched = 0;
  /** True while the rest of a line that was too long is thrown away. */
  #skipping = false;

  constructor(emit: (lines: RawLine[]) => void) {
    this.#emit = emit;
  }

  feed(chunk: Uint8Array): void {
    this.#run(this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]), false);
  }

  end(): void {
    this.#run(this.#rest, true);
    this.#close();
    this.#rest = new Uint8Array(0);
  }

  #run(bytes: Uint8Array, last: boolean): void {
    let at = 0;
    let searched = this.#searched;
    while (at < bytes.length) {
      if (this.#window) {
        const next = this.#takeLine(bytes, at, last);
        if (next === null) break;
        at = next;
        searched = at;
        continue;
      }
      const hit = this.#search.find(bytes, Math.max(at, searched));
      if (hit < 0) {
        searched = Math.max(at, bytes.length - this.#search.longest);
        break;
      }
      const end = bytes.indexOf(newline, hit);
      if (end < 0 && !last && bytes.length - hit < longestLine) {
        searched = hit;
        break;
      }
      const start = lineStart(bytes, hit, at);
      if (this.#opens(bytes, start, hit, end)) {
        const from = contextStart(bytes, start, at);
        this.#line += countNewlines(bytes, at, from);
        at = from;
        this.#window = new Window();
      } else searched = end < 0 ? bytes.length : end + 1;
    }
    this.#keep(bytes, at, searched);
  }

  #keep(bytes: Uint8Array, at: number, searched: number): void {
    let from = at;
    if (!this.#window) {
      const least = Math.min(searched, bytes.length);
      from = Math.max(at, Math.min(contextStart(bytes, bytes.length, at, contextLines + 2), least));
      if (bytes.length - from > tailBytes) from = Math.max(from, Math.min(bytes.length - tailBytes, least));
      this.#line += countNewlines(bytes, at, from);
    }
    // A copy, so that the chunk it was cut from can go.
    this.#rest = new Uint8Array(bytes.subarray(from));
    this.#searched = Math.max(0, searched - from);
  }

  #opens(bytes: Uint8Array, start: number, hit: number, end: number): boolean {
    const stop = Math.min(end < 0 ? bytes.length : end, hit + 300);
    return mayOpen(toText(bytes, Math.max(start, hit - 80), stop));
  }

  /** Puts one line into the window. Returns where the next one begins, or null if the rest of it is still to come. */
  #takeLine(bytes: Uint8Array, at: number, last: boolean): number | null {
    const end = bytes.indexOf(newline, at);
    if (end < 0 && !last && bytes.length - at < longestLine * 4) return null;
    const next = end < 0 ? bytes.length : end + 1;
    if (!this.#skipping) {
      const stop = Math.min(end < 0 ? bytes.length : end, at + longestLine);
      const taken = this.#window?.take({ no: this.#line, text: toText(bytes, at, stop) });
      if (taken === false) {
        this.#close();
        return at;
      }
    }
    this.#skipping = end < 0 && !last;
    if (end >= 0) this.#line++;
    return next;
  }

  #close(): void {
    if (this.#window) this.#emit(this.#window.lines);
    this.#window = null;
  }
}

function toText(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, Math.max(0, to - from)).toString("utf8");
}

function lineStart(bytes: Uint8Array, position: number, floor: number): number {
  const least = Math.max(floor, position - tailBytes);
  let start = position;
  while (start > least && bytes[start - 1] !== newline) start--;
  return start;
}

/** Goes back from the beginning of a line by the lines that give it context. */
function contextStart(bytes: Uint8Array, start: number, floor: number, count: number = contextLines): number {
  let from = start;
  for (let i = 0; i < count && from > floor; i++) from = lineStart(bytes, from - 1, floor);
  return from;
}

function countNewlines(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) if (bytes[i] === newline) count++;
  return count;
}
