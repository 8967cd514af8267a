import { linkAdd, linkLoad, linkWait } from "#shared/atomic/link";
import { BUCKETS, bucketOf } from "./buckets.ts";
import { LINK, RESULT, ROUND_KIND } from "./link.ts";
import type { TeamOrder } from "./member-order.ts";

/** What a member did in a round. */
export interface Done {
  readonly ops: number;
  readonly ms: number;
}

/** How a member does its work. Each may take its time; a promise is awaited. */
export interface Work {
  /** As many operations as fit, in chunks of so many. */
  readonly throughput: (chunk: number) => Done | Promise<Done>;
  /** The same with clocks. */
  readonly latency: () => Done | Promise<Done>;
  readonly exactly: (calls: number) => Done | Promise<Done>;
  /** Checks what must hold in the end; returns what the locks' counters say together, or NaN where nothing is counted. */
  readonly quit: () => number;
}

/** Milliseconds that a member sleeps before it looks again: a round wakes it, and looks of some ten that sleep cost those measured. */
const SLICE_MS = 10_000;
/** Looks at those who have not begun yet: some milliseconds. */
const LOOKS = 200_000;

/** A member's end of the link. */
export class Link {
  readonly #words: Int32Array;
  readonly #results: Float64Array;
  readonly #buckets: Int32Array;
  readonly #order: TeamOrder;
  #begun = 0;

  constructor(order: TeamOrder) {
    this.#order = order;
    this.#words = new Int32Array(order.link);
    this.#results = new Float64Array(order.results);
    this.#buckets = new Int32Array(order.buckets, order.task * 2 * BUCKETS * 4, 2 * BUCKETS);
  }

  /** True once the round is to end. */
  stopped(): boolean {
    return linkLoad(this.#words, LINK.STOP) !== 0;
  }

  /** Counts one latency, in milliseconds: `which` 0 a wait or a whole operation, 1 a hold. */
  record(which: 0 | 1, ms: number): void {
    const at = which * BUCKETS + bucketOf(ms * 1e6);
    this.#buckets[at] = (this.#buckets[at] ?? 0) + 1;
  }

  /** Says that this member is ready, and then does what rounds ask for until the last. */
  async serve(work: Work): Promise<void> {
    const words = this.#words;
    linkAdd(words, LINK.READY, 1);
    for (let round = 0; ; ) {
      while (linkLoad(words, LINK.ROUND) === round) linkWait(words, LINK.ROUND, round, SLICE_MS);
      round = linkLoad(words, LINK.ROUND);
      const kind = linkLoad(words, LINK.KIND);
      if (kind === ROUND_KIND.QUIT) break;
      this.#meet();
      const done = await this.#round(kind, work);
      const at = this.#order.task * RESULT.WORDS;
      this.#results[at + RESULT.OPS] = done.ops;
      this.#results[at + RESULT.MS] = done.ms;
      linkAdd(words, LINK.DONE, 1);
    }
    this.#results[this.#order.task * RESULT.WORDS + RESULT.SUM] = work.quit();
    linkAdd(words, LINK.DONE, 1);
  }

  #round(kind: number, work: Work): Done | Promise<Done> {
    if (kind === ROUND_KIND.LATENCY) return work.latency();
    if (kind === ROUND_KIND.EXACT) return work.exactly(linkLoad(this.#words, LINK.CALLS));
    return work.throughput(linkLoad(this.#words, LINK.CHUNK));
  }

  /** Those that fit the cores begin at one time; a wake-up takes longer than a short round. */
  #meet(): void {
    linkAdd(this.#words, LINK.ARRIVED, 1);
    this.#begun += this.#order.tasks;
    for (let look = 0; this.#order.spin && look < LOOKS; look++)
      if (linkLoad(this.#words, LINK.ARRIVED) >= this.#begun) return;
  }
}
