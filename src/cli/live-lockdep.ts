import type { NamedChain } from "../catalogue/chain-events.ts";
import { traceOf, usesReservations } from "../catalogue/lock-trace.ts";
import { traceLines } from "../lockdep/trace-writer.ts";
import { Validator } from "../lockdep/validator.ts";
import { type LiveLockdep, liveLockdep } from "../record/live-lockdep.ts";
import type { TraceHeader } from "../record/lock-trace.ts";
import type { LockdepRecord } from "../record/lockdep-record.ts";
import { type PendingFile, pendingFile } from "./write-file.ts";

/** What `race` and `explore` are told of lockdep. */
export interface LockdepFlags {
  readonly lockdep?: boolean;
  readonly lockTrace?: string;
}

/** What the tasks of a run recorded. */
export interface Heard {
  readonly chains: readonly NamedChain[];
  readonly dropped: number;
}

/** What lockdep says: all of it, and what the run's record keeps. */
export interface LiveVerdict {
  readonly whole: LockdepRecord;
  readonly live: LiveLockdep;
}

/** Says what `--lockdep` does to the verdict, for --help. */
export const lockdepHelp =
  "\n\nWith --lockdep everything the tasks did is validated as the kernel's lockdep would, and each report says whether it\ncan happen. The verdict and the exit status stay the engine's: a report says what may be, not what was.";

/** True if the tasks have to be listened to. */
export function listens({ lockdep, lockTrace }: LockdepFlags): boolean {
  return lockdep === true || lockTrace !== undefined;
}

/** Judges what the tasks of a run recorded, and writes it as a lock trace, as the flags ask. */
export class LiveLockdepRun {
  readonly #flags: LockdepFlags;
  readonly #file: PendingFile | undefined;

  /** Makes sure first that the trace can be written. @throws UsageError CANNOT_WRITE */
  constructor(flags: LockdepFlags) {
    this.#flags = flags;
    this.#file = flags.lockTrace === undefined ? undefined : pendingFile(flags.lockTrace);
  }

  /** `name` says in reports and in the trace what was run. Undefined without `--lockdep`. */
  judge(heard: Heard, name: string): LiveVerdict | undefined {
    const primed = usesReservations(heard.chains);
    const header: Omit<TraceHeader, "format" | "version"> = {
      name,
      mode: "exact",
      ...(primed ? { prime: ["reservation"] } : {}),
    };
    this.#file?.writeParts(traceLines(header, traceOf(heard.chains)));
    return this.#flags.lockdep === true
      ? validated(heard, header, this.#flags.lockTrace ?? "live")
      : undefined;
  }

  /** Leaves nothing behind where no trace was written. */
  discard(): void {
    this.#file?.discard();
  }
}

function validated(
  { chains, dropped }: Heard,
  { name = "", prime }: Omit<TraceHeader, "format" | "version">,
  file: string,
): LiveVerdict {
  const validator = new Validator("exact", prime);
  for (const event of traceOf(chains)) validator.event(event);
  validator.finish();
  const stats = validator.stats();
  const whole: LockdepRecord = {
    file,
    name,
    mode: validator.mode,
    events: validator.events,
    classes: stats.classes,
    dependencies: stats.dependencies,
    reports: validator.reports(),
    stats,
    graph: validator.graph(),
  };
  return { whole, live: liveLockdep(whole, { chains: chains.length, dropped }) };
}
