import { STEP } from "#shared/atomic/step-kind";
import type { Event } from "../../src/explore/event.ts";

// The order by synchronization of one execution by its definition, without clocks: a relation, closed transitively.
// Written apart from the explorer's own, which it is held against.

const plain: ReadonlySet<number> = new Set([STEP.PLAIN_READ, STEP.PLAIN_WRITE]);
/** Marked as racing: no race among themselves, and no order. */
const marked: ReadonlySet<number> = new Set([STEP.READ_ONCE, STEP.WRITE_ONCE]);
const pureStores: ReadonlySet<number> = new Set([STEP.WRITE, STEP.NOTIFY]);

const orders = ({ kind }: Event): boolean => !plain.has(kind) && !marked.has(kind);
/** A load part: it sees what the write that it reads from shows. */
const acquires = (event: Event): boolean => orders(event) && event.kind !== STEP.WRITE;
const releases = (event: Event): boolean =>
  orders(event) && (event.writes !== 0 || pureStores.has(event.kind));

/** Per event, the numbers of those that come before it by synchronization. */
function synchronized(events: readonly Event[]): ReadonlySet<number>[] {
  const before: Set<number>[] = [];
  const lastWrite = new Map<number, number>();
  for (const [index, event] of events.entries()) {
    const own = new Set<number>();
    const after = (earlier: number): void => {
      own.add(earlier);
      for (const first of before[earlier] ?? []) own.add(first);
    };
    for (const [at, other] of events.slice(0, index).entries()) if (other.task === event.task) after(at);
    const from = event.addr === 0 ? undefined : lastWrite.get(event.addr);
    const writer = from === undefined ? undefined : events[from];
    if (from !== undefined && writer !== undefined && acquires(event) && releases(writer)) after(from);
    if (event.writes !== 0 && event.addr !== 0) lastWrite.set(event.addr, index);
    before.push(own);
  }
  return before;
}

/** Pairs of accesses that race in one execution: `first-second`, as numbers of events. */
export function races(events: readonly Event[]): string[] {
  const order = synchronized(events);
  const found: string[] = [];
  for (const [second, b] of events.entries()) {
    for (const [first, a] of events.slice(0, second).entries()) {
      const touches = a.addr !== 0 && a.addr === b.addr && a.task !== b.task;
      const conflicting = touches && (a.writes | b.writes) !== 0 && (plain.has(a.kind) || plain.has(b.kind));
      if (conflicting && order[second]?.has(first) !== true) found.push(`${first}-${second}`);
    }
  }
  return found;
}
