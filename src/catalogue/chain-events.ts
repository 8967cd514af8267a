import type { Chain } from "./chains.ts";
import { EVENT_WORDS } from "./chains.ts";
import { WorldLocks } from "./lock-classes.ts";
import { unpackObjects } from "./world-objects.ts";

/** An event of a chain. `at`: a word from the start of the world's heap. */
export interface ChainEvent {
  readonly event: number;
  readonly at: number;
  readonly value: number;
}

/** A chain with the name of the task that recorded it. */
export interface NamedChain extends Chain {
  readonly task: string;
}

/** The events of a chain, oldest first. */
export function eventsOf({ events }: Chain): ChainEvent[] {
  return Array.from({ length: events.length / EVENT_WORDS }, (_, index) => {
    const [event = 0, at = 0, value = 0] = events.subarray(index * EVENT_WORDS, (index + 1) * EVENT_WORDS);
    return { event, at, value };
  });
}

const known = new WeakMap<Int32Array, WorldLocks>();

/** The locks of a chain's world; chains of one world share them. */
export function locksFor({ objects }: Chain): WorldLocks {
  let locks = known.get(objects);
  if (locks === undefined) {
    locks = new WorldLocks(unpackObjects(objects));
    known.set(objects, locks);
  }
  return locks;
}

/** Task names as lockdep gets them: two that are called the same are two tasks. */
export function tellApart(names: readonly string[]): string[] {
  return names.map((name, task) =>
    names.indexOf(name) === names.lastIndexOf(name) ? name : `${name}/${task}`,
  );
}
