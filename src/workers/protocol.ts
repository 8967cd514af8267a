import type { Mode } from "#scenarios/define";
import type { ArenaFullFacts } from "#shared/memory/arena-full";
import type { TaskChains } from "../catalogue/chains.ts";
import type { WorldMap } from "../catalogue/world-map.ts";

/** Where things are in the arena of a race run, in words. Made by the coordinator, used by everybody. */
export interface ArenaMap {
  readonly violations: number;
  readonly tasks: number;
  readonly stats: number;
  readonly rings: number;
  /** Rings that nobody reads: recorded to once the events of a violation have to be kept. */
  readonly spareRings: number;
  /** A word a world: the address of its root. */
  readonly roots: number;
  /** Lock statistics, where they are kept. */
  readonly meters: number;
  readonly worlds: number;
  readonly worldWords: number;
  /** Worlds of a batch; 1 in soak mode. */
  readonly worldCount: number;
  readonly words: number;
}

/** What the coordinator hands to a worker: everything it needs to be one task of the run. */
export interface TaskOrder {
  readonly arena: SharedArrayBuffer;
  /** One byte a word, where `--check memory` is on. */
  readonly shadow: SharedArrayBuffer | undefined;
  readonly map: ArenaMap;
  /** Module of the scenario's blocking build: a catalogue specifier or a file URL. */
  readonly module: string;
  readonly params: Readonly<Record<string, string | number>>;
  readonly mode: Mode;
  readonly task: number;
  readonly tasks: number;
  readonly seed: number;
  readonly chaos: number;
  /** False where there are more tasks than cores: then spinning only keeps the holder from running. */
  readonly spin: boolean;
  /** Stops at the first violation instead of counting how often it happens. */
  readonly stopFirst: boolean;
  /** How long freed memory waits: see `initHeap`. */
  readonly quarantine: number;
  /** Keeps what the task records, for lockdep. */
  readonly heard: boolean;
}

/** What the coordinator hands to a worker that follows a plan as one task of one world. */
export interface FollowOrder {
  readonly arena: SharedArrayBuffer;
  /** One byte a word. */
  readonly shadow: SharedArrayBuffer;
  /** The plan, and whose turn it is: see `shared/atomic/turn-map.ts`. */
  readonly turns: SharedArrayBuffer;
  readonly map: WorldMap;
  /** How long freed memory waits: see `initHeap`. */
  readonly quarantine: number;
  /** Module of the scenario's blocking build: a catalogue specifier or a file URL. */
  readonly module: string;
  readonly params: Readonly<Record<string, string | number>>;
  readonly task: number;
  readonly tasks: number;
}

/** A throw that was no part of the emulated system. */
export interface Thrown {
  readonly phase: "setup" | "task" | "check";
  readonly message: string;
  readonly stack: string;
  /** Where a world ran out of memory. */
  readonly arenaFull: ArenaFullFacts | undefined;
}

/** What a worker's promise resolves to. */
export interface TaskReport {
  readonly threw: readonly Thrown[];
  /** What the task recorded, where that was asked for. */
  readonly chains?: TaskChains | undefined;
}
