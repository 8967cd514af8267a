import type { TraceEvent } from "../record/lock-trace.ts";

/** Lines that are remembered, a power of two. Traces repeat themselves: the same tasks take the same locks. */
const SLOTS = 1 << 15;
/** Only short lines are. */
const MOST_BYTES = 512;

interface Remembered {
  readonly bytes: Uint8Array;
  readonly event: TraceEvent;
}

/**
 * Events of lines that came before, byte for byte, by a hash of the line. Two places a hash; of bounded size, and never
 * wrong, since the bytes are compared.
 */
export class LineMemory {
  readonly #slots: (Remembered | undefined)[] = new Array(SLOTS).fill(undefined);
  /** Hashes of lines that came once: one that never comes again does not put out another. */
  readonly #once = new Int32Array(SLOTS);

  /** The event of that line, if it is remembered. */
  find(hash: number, bytes: Uint8Array, start: number, end: number): TraceEvent | undefined {
    const slot = slotOf(hash);
    const first = this.#slots[slot];
    if (first !== undefined && isSame(first.bytes, bytes, start, end)) return first.event;
    const second = this.#slots[slot ^ 1];
    return second !== undefined && isSame(second.bytes, bytes, start, end) ? second.event : undefined;
  }

  /** Remembers the line, if there is room or it was here before. */
  remember(hash: number, bytes: Uint8Array, start: number, end: number, event: TraceEvent): void {
    const slot = slotOf(hash);
    if (end - start > MOST_BYTES) return;
    const evicts = this.#slots[slot] !== undefined && this.#slots[slot ^ 1] !== undefined;
    if (evicts && this.#once[slot] !== hash) {
      this.#once[slot] = hash;
      return;
    }
    if (this.#slots[slot] !== undefined) this.#slots[slot ^ 1] = this.#slots[slot];
    this.#slots[slot] = { bytes: bytes.slice(start, end), event };
  }
}

const slotOf = (hash: number): number => (hash ^ (hash >>> 15)) & (SLOTS - 1);

function isSame(known: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  const { length } = known;
  if (length !== end - start) return false;
  for (let i = 0; i < length; i++) if (known[i] !== bytes[start + i]) return false;
  return true;
}
