import type { TraceEvent, TraceHeader } from "../record/lock-trace.ts";
import { checkEvent, checkHeader, TraceFault } from "../record/lock-trace-schema.ts";
import { UsageError } from "../record/usage-error.ts";

/** Longest line that is read. Real ones have a hundred bytes; without a limit memory would not be bounded. */
const MOST_BYTES = 1024 * 1024;
/** Lines that are remembered, a power of two. Traces repeat themselves: the same tasks take the same locks. */
const REMEMBERED = 1 << 15;
/** Only short lines are. */
const MOST_REMEMBERED_BYTES = 512;

const NEWLINE = 10;
const RETURN = 13;

interface Remembered {
  readonly bytes: Uint8Array;
  readonly event: TraceEvent;
}

/** Takes what a reader reads. */
export interface TraceSink {
  header(header: TraceHeader): void;
  event(event: TraceEvent, line: number): void;
}

/**
 * Reads a trace from its chunks, however they are cut. Constant memory: a line, and lines seen before.
 * @throws UsageError BAD_TRACE naming file and line
 */
export class TraceReader {
  readonly #file: string;
  readonly #sink: TraceSink;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  readonly #remembered: (Remembered | undefined)[] = new Array(REMEMBERED).fill(undefined);
  #rest: Uint8Array[] = [];
  #restBytes = 0;
  #line = 0;
  #started = false;

  constructor(file: string, sink: TraceSink) {
    this.#file = file;
    this.#sink = sink;
  }

  /** The next bytes of the file. */
  chunk(bytes: Uint8Array): void {
    let start = 0;
    if (this.#restBytes > 0) {
      const end = bytes.indexOf(NEWLINE);
      this.#keep(bytes.subarray(0, end < 0 ? bytes.length : end));
      if (end < 0) return;
      this.#endRest();
      start = end + 1;
    }
    start = this.#lines(bytes, start);
    if (start < bytes.length) this.#keep(bytes.slice(start));
  }

  /** The file ends. */
  end(): void {
    if (this.#restBytes > 0) this.#endRest();
    if (!this.#started) this.#refuse(1, "it is empty: the first line has to be the header of a lock trace");
  }

  #keep(bytes: Uint8Array): void {
    this.#restBytes += bytes.length;
    if (this.#restBytes > MOST_BYTES) this.#tooLong();
    this.#rest.push(bytes.slice());
  }

  #endRest(): void {
    const line = this.#rest.length === 1 ? (this.#rest[0] as Uint8Array) : Buffer.concat(this.#rest);
    this.#rest = [];
    this.#restBytes = 0;
    this.#read(line, 0, line.length);
  }

  /** Whole lines from `start`; returns where the first that is cut begins. */
  #lines(bytes: Uint8Array, from: number): number {
    const { length } = bytes;
    const remembered = this.#remembered;
    let start = from;
    let hash = 0;
    for (let at = from; at < length; at++) {
      const byte = bytes[at] as number;
      if (byte !== NEWLINE) {
        hash = (Math.imul(hash, 31) + byte) | 0;
        continue;
      }
      const slot = (hash ^ (hash >>> 15)) & (REMEMBERED - 1);
      const known = remembered[slot];
      if (known !== undefined && isSame(known.bytes, bytes, start, at))
        this.#sink.event(known.event, ++this.#line);
      else this.#read(bytes, start, at, slot);
      start = at + 1;
      hash = 0;
    }
    return start;
  }

  #read(bytes: Uint8Array, start: number, end: number, slot = -1): void {
    const line = ++this.#line;
    if (end - start > MOST_BYTES) this.#tooLong(line);
    const text = this.#text(bytes.subarray(start, end), line);
    if (text.trim() === "") return;
    try {
      const value: unknown = JSON.parse(text);
      if (!this.#started) {
        this.#started = true;
        this.#sink.header(checkHeader(value));
        return;
      }
      const event = checkEvent(value);
      if (slot >= 0 && end - start <= MOST_REMEMBERED_BYTES)
        this.#remembered[slot] = { bytes: bytes.slice(start, end), event };
      this.#sink.event(event, line);
    } catch (error) {
      if (error instanceof TraceFault) this.#refuse(line, error.message);
      if (!(error instanceof SyntaxError)) throw error;
      const nul = bytes.subarray(start, end).includes(0);
      this.#refuse(line, nul ? "it has a NUL byte" : "no JSON, or cut off");
    }
  }

  #text(bytes: Uint8Array, line: number): string {
    try {
      return this.#decoder.decode(bytes.at(-1) === RETURN ? bytes.subarray(0, -1) : bytes);
    } catch {
      return this.#refuse(line, "not UTF-8");
    }
  }

  #tooLong(line = this.#line + 1): never {
    return this.#refuse(line, `longer than ${MOST_BYTES / 1024} KiB`);
  }

  #refuse(line: number, reason: string): never {
    throw new UsageError("BAD_TRACE", { file: this.#file, line, reason });
  }
}

function isSame(known: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  const { length } = known;
  if (length !== end - start) return false;
  for (let i = 0; i < length; i++) if (known[i] !== bytes[start + i]) return false;
  return true;
}
