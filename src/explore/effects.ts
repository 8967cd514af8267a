import { STEP } from "#shared/atomic/step-kind";
import * as errno from "#shared/errno";
import { EVENT, LOCKED } from "#shared/recorder/events";

/** An event that a lock or refcount operation recorded. */
export interface Recorded {
  readonly event: number;
  readonly object: number;
  readonly value: number;
}

const errnoNames: ReadonlyMap<number, string> = new Map(
  Object.entries(errno).map(([name, value]) => [value, name]),
);

/** Events that tell nothing of how the operation before them ended. */
const silent: ReadonlySet<number> = new Set([
  EVENT.WAIT,
  EVENT.MIGHT_ALLOC,
  EVENT.WW_INIT,
  EVENT.WW_DONE,
  EVENT.WW_FINI,
]);

/** The last of the events that tell how an operation ended. */
export function lastTelling(events: readonly Recorded[]): Recorded | undefined {
  return events.filter(({ event }) => !silent.has(event)).at(-1);
}

/** What came of a lock or refcount operation, from the last event it recorded. */
export function effectOfOperation(recorded: Recorded | undefined, waits: boolean): string {
  if (waits) return "has to wait";
  if (recorded === undefined) return "";
  const { event, value } = recorded;
  switch (event) {
    case EVENT.LOCK:
      return (value & LOCKED.WAITED) === 0 ? "taken" : "taken after a wait";
    case EVENT.TRYLOCK:
      return value === 0 ? "busy" : "taken";
    case EVENT.LOCK_FAILED:
      return errnoNames.get(value) ?? `error ${value}`;
    case EVENT.GET:
      return `${value} -> ${value + 1}`;
    case EVENT.GET_UNLESS_ZERO:
      return value === 0 ? "0: refused" : `${value} -> ${value + 1}`;
    case EVENT.PUT:
      return `${value} -> ${value - 1}`;
    default:
      return "";
  }
}

/** What came of a single access: the value read, or the change. */
export function effectOfAccess(kind: number, before: number, after: number, outcome: number): string {
  switch (kind) {
    case STEP.READ:
    case STEP.READ_ONCE:
    case STEP.PLAIN_READ:
    case STEP.AWAIT_READ:
      return `= ${before}`;
    case STEP.WRITE:
    case STEP.WRITE_ONCE:
    case STEP.PLAIN_WRITE:
    case STEP.RMW:
    case STEP.AWAIT_CAS:
      return `${before} -> ${after}`;
    case STEP.CAS:
      return before === after ? `failed: ${before}` : `${before} -> ${after}`;
    case STEP.CHOOSE:
      return `= ${outcome}`;
    default:
      return "";
  }
}
