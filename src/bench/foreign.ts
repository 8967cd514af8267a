import { pathToFileURL } from "node:url";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { UsageError } from "../record/usage-error.ts";

/** How a lock is taken and released in one worker. A promise is awaited. */
export interface AttachedLock {
  readonly lock: () => unknown;
  readonly unlock: () => unknown;
}

/**
 * A module that holds a foreign lock. Either `attach`, called once in each worker, or `lock` and `unlock` of a view and an
 * index. `init` is called once before any worker is there, with `bytes` bytes of shared memory; `serve` on the main
 * thread for each worker, with a port whose other end `attach` gets last.
 */
export interface ForeignModule {
  readonly name?: string;
  readonly version?: string;
  readonly bytes?: number;
  /** False: known to exclude nothing between workers. */
  readonly excludes?: boolean;
  readonly init?: (memory: SharedArrayBuffer) => void;
  readonly serve?: (port: MessagePort) => void;
  readonly attach?: (
    memory: SharedArrayBuffer,
    worker: number,
    workers: number,
    port: MessagePort | undefined,
  ) => AttachedLock | Promise<AttachedLock>;
  readonly lock?: (view: Int32Array, index: number) => unknown;
  readonly unlock?: (view: Int32Array, index: number) => unknown;
}

const DEFAULT_BYTES = 64;
const MOST_BYTES = 1 << 30;

/** A foreign lock, loaded in the main thread. */
export interface ForeignLock {
  readonly name: string;
  readonly version: string | undefined;
  readonly url: string;
  readonly bytes: number;
  readonly module: ForeignModule;
}

/** Loads a module. @throws UsageError BAD_FILE where it cannot be loaded, or holds no lock */
export async function loadForeign(file: string): Promise<ForeignLock> {
  const url = pathToFileURL(file).href;
  let module: ForeignModule;
  try {
    module = (await import(url)) as ForeignModule;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new UsageError("BAD_FILE", { file, reason: `it cannot be loaded: ${said.split("\n")[0]}` });
  }
  const short = typeof module.lock === "function" && typeof module.unlock === "function";
  if (typeof module.attach !== "function" && !short)
    throw new UsageError("BAD_FILE", {
      file,
      reason:
        "it exports neither attach(memory, worker, workers) nor lock(view, index) and unlock(view, index)",
    });
  const bytes = module.bytes ?? DEFAULT_BYTES;
  if (!Number.isInteger(bytes) || bytes < 4 || bytes > MOST_BYTES || bytes % 4 !== 0)
    throw new UsageError("BAD_FILE", {
      file,
      reason: `its bytes are ${bytes}, not a multiple of 4 up to ${MOST_BYTES}`,
    });
  return { name: module.name ?? file, version: module.version, url, bytes, module };
}

/** Shared memory of one lock, initialised. */
export function memoryOf({ module, bytes }: ForeignLock): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(bytes);
  module.init?.(memory);
  return memory;
}

/** Both ends of a port that the module serves; undefined where it serves none. */
export function servedPort({ module }: ForeignLock): { worker: MessagePort; close: () => void } | undefined {
  if (module.serve === undefined) return undefined;
  const { port1, port2 } = new MessageChannel();
  module.serve(port1);
  return { worker: port2, close: () => port1.close() };
}
