import { existsSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { UsageError } from "../record/usage-error.ts";
import type { Candidate } from "./bench.ts";
import { loadForeign } from "./foreign.ts";
import { ForeignTeam } from "./foreign-team.ts";

// Peers are packages that only a checkout installs, so their modules stay beside the benchmarks and are no part of the
// published package.

const folder = fileURLToPath(new URL("../../bench/peers/", import.meta.url));

/** What people would use instead, each with how it is shown. */
const modules = [
  "cas-store",
  "futex-mutex",
  "asymmetric-io-mutex",
  "multithreading",
  "async-mutex-server",
  "async-mutex-a-worker",
] as const;

/** Peers that are packages of the registry and keep a counter right: what refzero's locks are measured by. */
export const packages: readonly string[] = ["asymmetric-io-mutex", "multithreading"];

/** The peers for so many tasks. @throws UsageError UNSUPPORTED outside a checkout */
export async function peerCandidates(tasks: number): Promise<Candidate[]> {
  if (!existsSync(folder))
    throw new UsageError("UNSUPPORTED", {
      what: "--peers needs bench/peers, which the published package has not",
      allowed: "a checkout with its development dependencies",
    });
  return await Promise.all(modules.map(async (name) => await peerCandidate(name, tasks)));
}

async function peerCandidate(name: string, tasks: number): Promise<Candidate> {
  const lock = await loadForeign(`${folder}${name}.mjs`);
  const about =
    lock.module.excludes === false ? "excludes nothing between workers" : "lock, counter++, unlock";
  return {
    members: tasks,
    make: async () => {
      const started = await ForeignTeam.start(lock, tasks);
      return {
        label: lock.version === undefined ? lock.name : `${lock.name} ${lock.version}`,
        about: { path: `peer/${name}`, about, params: { tasks } },
        team: started.team,
        perOp: 1,
        // Each member has taken the lock once before the first round.
        before: tasks,
        end: async () => await started.end(),
      };
    },
  };
}

/** What bench/peers/pthread.mjs exports: the lock of the C library, in a process of its own. */
export interface Pthread {
  readonly compiler: () => string | undefined;
  readonly build: (folder: string) => Promise<string>;
  readonly measure: (
    binary: string,
    options: { mode: string; threads: number; seconds: number },
  ) => Promise<PthreadRun>;
}

/** What one run of it says. Times are nanoseconds. */
export interface PthreadRun {
  readonly mode: string;
  readonly threads: number;
  readonly ops: readonly number[];
  readonly counter: number;
  readonly sumOk: boolean;
  readonly nsPerOp: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Loads it. */
export async function pthreadPeer(): Promise<Pthread> {
  return (await import(pathToFileURL(`${folder}pthread.mjs`).href)) as Pthread;
}
