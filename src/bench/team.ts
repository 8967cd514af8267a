import { setTimeout as sleep } from "node:timers/promises";
import { linkAdd, linkLoad, linkNotify, linkStore } from "#shared/atomic/link";
import { BUCKETS } from "./buckets.ts";
import { LINK, LINK_WORDS, RESULT, ROUND_KIND } from "./link.ts";

/** Milliseconds that members get to start, and to come back once they were told to stop. */
const START_MS = 60_000;
const GRACE_MS = 10_000;
/** Milliseconds between two looks at members that are coming back. */
const LOOK_MS = 1;

/** What came of a round. */
export interface Round {
  /** Operations of each measured member. */
  readonly ops: readonly number[];
  /** Milliseconds that each was at it. */
  readonly ms: readonly number[];
  /** CPU seconds of the whole process meanwhile, and the seconds that it took. */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
}

/** Memory that a team and its coordinator share. */
export interface TeamMemory {
  readonly link: SharedArrayBuffer;
  readonly results: SharedArrayBuffer;
  readonly buckets: SharedArrayBuffer;
}

/** Makes it, for so many members. */
export function teamMemory(members: number): TeamMemory {
  return {
    link: new SharedArrayBuffer(LINK_WORDS * 4),
    results: new SharedArrayBuffer(members * RESULT.WORDS * 8),
    buckets: new SharedArrayBuffer(members * 2 * BUCKETS * 4),
  };
}

/** Thrown where a member did not come back: it waits for a wake-up that never comes, or spins for ever. */
export class Hung extends Error {
  override readonly name = "Hung";
}

/** Members in their workers, asleep between rounds. */
export class Team {
  /** Members that are measured. */
  readonly tasks: number;
  readonly #words: Int32Array;
  readonly #results: Float64Array;
  readonly #buckets: Int32Array;
  /** All of them, those that run beside included. */
  readonly members: number;
  #failure: unknown;
  #ops = 0;

  /** `running`: what each member's worker resolves to; `tasks` of them are measured. */
  constructor(memory: TeamMemory, running: readonly Promise<unknown>[], tasks: number) {
    this.tasks = tasks;
    this.members = running.length;
    this.#words = new Int32Array(memory.link);
    this.#results = new Float64Array(memory.results);
    this.#buckets = new Int32Array(memory.buckets);
    for (const member of running)
      member.catch((error: unknown) => {
        this.#failure ??= error;
      });
  }

  /** Resolves when all members are ready. `extra`: what READY counts besides. @throws what a member threw */
  async ready(extra: number): Promise<void> {
    await this.#until(LINK.READY, this.members + extra, START_MS);
  }

  /** One round of `seconds`. @throws Hung, or what a member threw */
  async run(kind: "throughput" | "latency", seconds: number, chunk: number): Promise<Round> {
    return await this.#round(
      kind === "latency" ? ROUND_KIND.LATENCY : ROUND_KIND.THROUGHPUT,
      chunk,
      async () => await sleep(seconds * 1000),
    );
  }

  /** One round of so many operations a member. @throws Hung where they are not done within `limitMs` */
  async exactly(calls: number, limitMs: number): Promise<Round> {
    linkStore(this.#words, LINK.CALLS, calls);
    return await this.#round(ROUND_KIND.EXACT, 0, async () => {
      await this.#until(LINK.DONE, this.members, limitMs);
    });
  }

  async #round(kind: number, chunk: number, meanwhile: () => Promise<void>): Promise<Round> {
    const words = this.#words;
    linkStore(words, LINK.STOP, 0);
    linkStore(words, LINK.DONE, 0);
    linkStore(words, LINK.KIND, kind);
    linkStore(words, LINK.CHUNK, chunk);
    const cpu = process.cpuUsage();
    const began = performance.now();
    linkAdd(words, LINK.ROUND, 1);
    linkNotify(words, LINK.ROUND);
    await meanwhile();
    linkStore(words, LINK.STOP, 1);
    await this.#until(LINK.DONE, this.members, GRACE_MS);
    const { user, system } = process.cpuUsage(cpu);
    const wallSeconds = (performance.now() - began) / 1000;
    const of = (word: number): number[] =>
      Array.from({ length: this.tasks }, (_, task) => this.#results[task * RESULT.WORDS + word] ?? 0);
    const ops = of(RESULT.OPS);
    if (kind !== ROUND_KIND.QUIT) this.#ops += ops.reduce((sum, each) => sum + each, 0);
    return { ops, ms: of(RESULT.MS), cpuSeconds: (user + system) / 1e6, wallSeconds };
  }

  /** Operations of all rounds so far. */
  get ops(): number {
    return this.#ops;
  }

  /** Ends all members after they have checked what must hold; what was counted, or NaN. @throws Hung, or what a member threw */
  async quit(): Promise<number> {
    await this.#round(ROUND_KIND.QUIT, 0, async () => {});
    return this.#results[RESULT.SUM] ?? Number.NaN;
  }

  /** What the measured members recorded so far, over all of them: how often each bucket was met. */
  recorded(which: 0 | 1): Float64Array {
    const sum = new Float64Array(BUCKETS);
    for (let task = 0; task < this.tasks; task++)
      for (let bucket = 0; bucket < BUCKETS; bucket++)
        sum[bucket] = (sum[bucket] ?? 0) + (this.#buckets[(task * 2 + which) * BUCKETS + bucket] ?? 0);
    return sum;
  }

  /** Forgets what was recorded. Between rounds. */
  forget(): void {
    this.#buckets.fill(0);
  }

  async #until(word: number, count: number, limitMs: number): Promise<void> {
    const end = performance.now() + limitMs;
    while (linkLoad(this.#words, word) < count) {
      if (this.#failure !== undefined) throw this.#failure;
      if (performance.now() > end) throw new Hung(`${count - linkLoad(this.#words, word)} of ${count}`);
      await sleep(LOOK_MS);
    }
  }
}
