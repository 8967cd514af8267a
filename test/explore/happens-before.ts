import { conflict, type Event } from "../../src/explore/event.ts";

/**
 * Happens-before of one execution by its definition, without clocks: for each event, the numbers of those before it.
 * Written apart from the explorer's own, which it is held against.
 */
export function eventsBefore(events: readonly Event[]): ReadonlySet<number>[] {
  const before: Set<number>[] = [];
  for (const [index, event] of events.entries()) {
    const own = new Set<number>();
    for (const [at, other] of events.slice(0, index).entries()) {
      if (other.task !== event.task && !conflict(other, event)) continue;
      own.add(at);
      for (const earlier of before[at] ?? []) own.add(earlier);
    }
    before.push(own);
  }
  return before;
}
