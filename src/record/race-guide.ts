import type { ViolationKind } from "#shared/violation";

/** One recorded event of a world. `object` is an address from the start of the world's memory. */
export interface GuideEvent {
  /** One of `EVENT`. */
  readonly event: number;
  readonly object: number;
  readonly value: number;
}

/** What the recorder knows of one task in one world. */
export interface TaskGuide {
  readonly events: readonly GuideEvent[];
  /** True if the task left the world: there are no more. */
  readonly left: boolean;
}

/** What is known of a world in which a race was violated: enough to look for an interleaving that did it. */
export interface RaceGuide {
  readonly kind: ViolationKind;
  /** By task; null where the recorder has lost the world, or was off. */
  readonly tasks: readonly (TaskGuide | null)[];
}
