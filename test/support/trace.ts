import { STEP, type StepKind } from "#shared/atomic/step-kind";

interface Step {
  readonly kind: StepKind;
  readonly addr: number;
  readonly value: number;
  readonly expected: number;
}

const names = Object.keys(STEP);
const KEPT = 60;
const WORDS = 5;

/** The last steps of a run, for its report. */
export class Trace {
  readonly #ring = new Int32Array(KEPT * WORDS);
  #count = 0;

  /** Notes the step that `task` has just taken. Cheap: runs are many, and most are never looked at. */
  add(task: number, { kind, addr, value, expected }: Step): void {
    const at = (this.#count++ % KEPT) * WORDS;
    this.#ring[at] = task;
    this.#ring[at + 1] = kind;
    this.#ring[at + 2] = addr;
    this.#ring[at + 3] = value;
    this.#ring[at + 4] = expected;
  }

  /** A step in words. */
  describe({ kind, addr, value, expected }: Step): string {
    const name = names[kind] ?? `kind ${kind}`;
    if (kind === STEP.CAS) return `${name} ${addr}: ${expected} -> ${value}`;
    if (kind === STEP.WAIT || kind === STEP.ASLEEP) return `${name} on ${addr} while ${expected}`;
    return `${name} ${addr}: ${value}`;
  }

  /** The steps kept, oldest first. */
  lines(): string[] {
    const first = Math.max(0, this.#count - KEPT);
    return Array.from({ length: this.#count - first }, (_, offset) => {
      const at = ((first + offset) % KEPT) * WORDS;
      const [task = 0, kind = 0, addr = 0, value = 0, expected = 0] = this.#ring.subarray(at, at + WORDS);
      return `  step ${first + offset}: task ${task} ${this.describe({ kind: kind as StepKind, addr, value, expected })}`;
    });
  }
}
