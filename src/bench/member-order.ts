import type { MessagePort } from "node:worker_threads";
import type { LockPolicy } from "#shared/sync/lock-policy";
import type { ArenaMap } from "../workers/protocol.ts";

/** What the coordinator hands to a member of a team, whatever it measures. */
export interface TeamOrder {
  /** See link.ts. */
  readonly link: SharedArrayBuffer;
  /** `RESULT.WORDS` doubles a member. */
  readonly results: SharedArrayBuffer;
  /** Two histograms a member: waits (or whole operations), holds. */
  readonly buckets: SharedArrayBuffer;
  readonly task: number;
  /** Members that are measured; those behind them run beside. */
  readonly tasks: number;
  /** False where there are more members than cores. */
  readonly spin: boolean;
  readonly seed: number;
}

/** A member that measures one of refzero's own paths. */
export interface PathOrder extends TeamOrder {
  readonly arena: SharedArrayBuffer;
  readonly map: ArenaMap;
  /** Members, those that run beside included. */
  readonly members: number;
  /** Module of the path's blocking build. */
  readonly module: string;
  readonly params: Readonly<Record<string, string | number>>;
  readonly policy: LockPolicy;
  /** Counts what each lock does. */
  readonly lockStat: boolean;
}

/** A member that measures a foreign lock. */
export interface ForeignOrder extends TeamOrder {
  /** URL of the module. */
  readonly module: string;
  /** As large as it asks for. */
  readonly memory: SharedArrayBuffer;
  readonly port: MessagePort | undefined;
  /** The counter that the lock guards, in a line of its own. */
  readonly counter: SharedArrayBuffer;
}
