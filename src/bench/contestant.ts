import type { BenchLockStat, BenchResult } from "../record/bench-record.ts";
import type { Team } from "./team.ts";

/** Something that is measured: a path with its parameters, or a peer. Its members are ready. */
export interface Contestant {
  readonly label: string;
  readonly about: Pick<BenchResult, "path" | "about" | "params">;
  readonly team: Team;
  /** What one operation adds to what the locks guard. */
  readonly perOp: number;
  /** What operations use up is prepared in between, untimed: then an operation's time is what its own task sees of it. */
  readonly prepares?: boolean;
  /** Operations that were done before the first round. */
  readonly before?: number;
  /** Counters of slow paths so far. */
  readonly counters?: () => Readonly<Record<string, number>>;
  readonly violations?: () => number;
  readonly lockStat?: () => BenchLockStat[];
  readonly end: () => Promise<void>;
}
