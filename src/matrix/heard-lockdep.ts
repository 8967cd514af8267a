import type { NamedChain } from "../catalogue/chain-events.ts";
import { traceOf, usesReservations } from "../catalogue/lock-trace.ts";
import { Validator } from "../lockdep/validator.ts";
import { type LiveLockdep, liveLockdep } from "../record/live-lockdep.ts";
import type { TraceHeader } from "../record/lock-trace.ts";
import type { LockdepRecord } from "../record/lockdep-record.ts";

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

/** The header of a trace of what was recorded. `name` says what was run. */
export function headerOf(heard: Heard, name: string): Omit<TraceHeader, "format" | "version"> {
  return { name, mode: "exact", ...(usesReservations(heard.chains) ? { prime: ["reservation"] } : {}) };
}

/** Validates what was recorded as the kernel's lockdep would, and says which reports can happen. */
export function validated(
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
