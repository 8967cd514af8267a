import type { Addr } from "./step.ts";
import type { Turns } from "./turns.ts";

/** Shadow state of a word: what an access to it means. */
export const SHADOW = {
  /** Never allocated. */
  NONE: 0,
  /** Part of a live object, or of the run's own bookkeeping. */
  LIVE: 1,
  /** Part of a freed object that is still in quarantine. */
  FREED: 2,
} as const;

/** Told of an access to a word that is not live. `write` is true for a store or a read-modify-write. */
export type BadAccess = (addr: Addr, state: number, write: boolean) => void;

/** What a door is told when it is bound to an arena. */
export interface BindOptions {
  /** Turns that a contended lock spins before it queues. 0 where there are more tasks than cores. */
  readonly spinLimit: number;
  /** Seed of this task's `choose` and of the gate's delays. */
  readonly seed: number;
  /** The gate delays one step in this many, by a random time. 0 or absent: never. Gated build only. */
  readonly chaos?: number;
  /** The task's part in the plan that is followed. Scheduled build only, and needed there. */
  readonly turns?: Turns;
}
