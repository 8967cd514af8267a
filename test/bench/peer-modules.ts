// Foreign locks, the runner of them and the C library's lock: plain JavaScript, with the types that tests need.

/** A run of a foreign lock. */
export interface Hammered {
  readonly count: number;
  /** Not all workers came to an end. */
  readonly hung: boolean;
}

/** What every module of a foreign lock says of itself. */
export interface Peer {
  readonly name: string;
  readonly version?: string;
  readonly excludes?: boolean;
}

/** What `bench/peers/pthread-mutex.c` prints. */
export interface Measured {
  readonly mode: string;
  readonly threads: number;
  readonly seconds: number;
  readonly ops: readonly number[];
  readonly counter: number;
  readonly sumOk: boolean;
  readonly nsPerOp: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** `bench/peers/pthread.mjs`. */
export interface PthreadModule {
  readonly modes: readonly string[];
  compiler(): string | undefined;
  build(folder: string): Promise<string>;
  measure(
    binary: string,
    order: { readonly mode: string; readonly threads: number; readonly seconds: number },
  ): Promise<Measured>;
}

type Hammer = (
  file: string,
  order: { readonly workers: number; readonly turns: number },
) => Promise<Hammered>;

const peerFile = (name: string): string => new URL(`../../bench/peers/${name}.mjs`, import.meta.url).href;
const runner = (await import(new URL("./hammer.mjs", import.meta.url).href)) as { readonly hammer: Hammer };

/** `bench/peers/pthread.mjs`. */
export const pthread: PthreadModule = (await import(peerFile("pthread"))) as PthreadModule;

/** A foreign lock by the name of its file below `bench/peers/`. */
export const peer = async (name: string): Promise<Peer> => (await import(peerFile(name))) as Peer;

/** Locks, counts and unlocks in `workers` threads, each so many times. */
export const hammer = (name: string, workers: number, turns: number): Promise<Hammered> =>
  runner.hammer(peerFile(name), { workers, turns });
