import { traceOf } from "../catalogue/lock-trace.ts";
import { traceLines } from "../lockdep/trace-writer.ts";
import { type Heard, headerOf, type LiveVerdict, validated } from "../matrix/heard-lockdep.ts";
import { type PendingFile, pendingFile } from "./write-file.ts";

/** What `race` and `explore` are told of lockdep. */
export interface LockdepFlags {
  readonly lockdep?: boolean;
  readonly lockTrace?: string;
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
    const header = headerOf(heard, name);
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
