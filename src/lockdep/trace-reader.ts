import type { TraceEvent, TraceHeader } from "../record/lock-trace.ts";
import { checkEvent, checkHeader, TraceFault } from "../record/lock-trace-schema.ts";
import { UsageError } from "../record/usage-error.ts";
import { LineMemory } from "./line-memory.ts";

/** Longest line that is read. Real ones have a hundred bytes; without a limit memory would not be bounded. */
const MOST_BYTES = 1024 * 1024;

const NEWLINE = 10;

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
  readonly #memory = new LineMemory();
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  #rest: Uint8Array[] = [];
  #restBytes = 0;
  #line = 0;
  #started = false;

  constructor(file: string, sink: TraceSink) {
    this.#file = file;
    this.#sink = sink;
  }

  /** The next bytes of the file. */
  chunk(given: Uint8Array): void {
    // Always the same kind of array: a Buffer is another one, and its slice() shares memory.
    const bytes = new Uint8Array(given.buffer, given.byteOffset, given.length);
    let start = 0;
    if (this.#restBytes > 0) {
      const end = bytes.indexOf(NEWLINE);
      this.#keep(bytes.subarray(0, end < 0 ? bytes.length : end));
      if (end < 0) return;
      this.#endRest();
      start = end + 1;
    }
    start = this.#lines(bytes, start);
    if (start < bytes.length) this.#keep(bytes.subarray(start));
  }

  /** The file ends. */
  end(): void {
    if (this.#restBytes > 0) this.#endRest();
    if (!this.#started)
      this.#refuse(
        Math.max(1, this.#line),
        "it is empty: the first line has to be the header of a lock trace",
      );
  }

  #keep(bytes: Uint8Array): void {
    this.#restBytes += bytes.length;
    if (this.#restBytes > MOST_BYTES) this.#tooLong(this.#line + 1);
    this.#rest.push(bytes.slice());
  }

  #endRest(): void {
    const line = new Uint8Array(this.#restBytes);
    let at = 0;
    for (const part of this.#rest) {
      line.set(part, at);
      at += part.length;
    }
    this.#rest = [];
    this.#restBytes = 0;
    this.#line++;
    this.#parse(this.#decoded(line));
  }

  /** Whole lines from `start`; returns where the first that is cut begins. */
  #lines(bytes: Uint8Array, from: number): number {
    const { length } = bytes;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, length);
    let start = from;
    let hash = 0;
    let bits = 0;
    for (let at = from; at < length; at++) {
      const byte = bytes[at] as number;
      if (byte !== NEWLINE) {
        hash = (Math.imul(hash, 31) + byte) | 0;
        bits |= byte;
        continue;
      }
      this.#line++;
      const known = this.#memory.find(hash, bytes, start, at);
      if (known !== undefined) this.#sink.event(known, this.#line);
      else {
        if (at - start > MOST_BYTES) this.#tooLong(this.#line);
        // Most lines are ASCII, which needs no decoder.
        const ascii = bits < 0x80;
        const event = this.#parse(
          ascii ? text.toString("latin1", start, at) : this.#decoded(bytes.subarray(start, at)),
        );
        if (event !== undefined) this.#memory.remember(hash, bytes, start, at, event);
      }
      start = at + 1;
      hash = 0;
      bits = 0;
    }
    return start;
  }

  /** Passes on what the line says; returns its event. */
  #parse(text: string): TraceEvent | undefined {
    let event: TraceEvent;
    try {
      const value: unknown = JSON.parse(text);
      if (!this.#started) {
        const header = checkHeader(value);
        this.#started = true;
        this.#sink.header(header);
        return undefined;
      }
      event = checkEvent(value);
    } catch (error) {
      if (text.trim() === "") return undefined;
      if (error instanceof TraceFault) this.#refuse(this.#line, error.message);
      if (!(error instanceof SyntaxError)) throw error;
      this.#refuse(this.#line, text.includes("\0") ? "it has a NUL byte" : "no JSON, or cut off");
    }
    this.#sink.event(event, this.#line);
    return event;
  }

  #decoded(bytes: Uint8Array): string {
    try {
      return this.#decoder.decode(bytes);
    } catch {
      return this.#refuse(this.#line, "not UTF-8");
    }
  }

  #tooLong(line: number): never {
    return this.#refuse(line, `longer than ${MOST_BYTES / 1024} KiB`);
  }

  #refuse(line: number, reason: string): never {
    throw new UsageError("BAD_TRACE", { file: this.#file, line, reason });
  }
}
