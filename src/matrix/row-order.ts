import type { MatrixExplored, MatrixLockdep } from "../record/matrix-record.ts";
import type { UsageErrorCode, UsageErrorFacts } from "../record/usage-error.ts";

/** What a worker is asked to explore. */
export interface RowOrder {
  /** Where the thread builds users' files; the pool sets and removes it. */
  readonly temporary?: string;
  /** The scenario, as the user named it. */
  readonly named: string;
  readonly given: Readonly<Record<string, string>>;
  /** Seconds at most. */
  readonly seconds: number;
  /** Every kind there is, and lockdep's word on all executions; else it ends at the first that is not mild. */
  readonly whole: boolean;
}

/** What was found. */
export interface RowExplored {
  readonly explore: MatrixExplored;
  /** Silent where it was not asked. */
  readonly lockdep: MatrixLockdep;
}

/** What a worker answers. An error that is the user's crosses over as its facts. */
export type RowAnswer =
  | RowExplored
  | { readonly usage: { readonly code: UsageErrorCode; readonly facts: UsageErrorFacts[UsageErrorCode] } };
