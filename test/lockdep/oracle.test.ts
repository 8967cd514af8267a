import fc from "fast-check";
import { expect, test } from "vitest";
import type { ReadMode, TraceEvent } from "../../src/record/lock-trace.ts";
import { oracle } from "./oracle.ts";
import { reportsOf } from "./traces.ts";

const LOCKS = ["A", "B", "C", "D", "E"];
const TASKS = ["T1", "T2", "T3"];
const reads: readonly ReadMode[] = ["no", "yes", "recursive"];

/** A task's next move, turned into one that it may make: a release of what it holds, an exit of what it is in. */
interface Move {
  readonly task: number;
  readonly what: number;
  readonly lock: number;
  readonly read: number;
}

/** Flags may be masked or not; interrupts end in the order that they came. */
function eventsOf(moves: readonly Move[]): TraceEvent[] {
  // Annotations, so that waiting is no matter.
  const events: TraceEvent[] = LOCKS.map((lock) => ({ op: "init", lock, class: lock, type: "map" }));
  const held = TASKS.map((): string[] => []);
  const masked = new Set<number>();
  const inside = TASKS.map((): { hard: boolean; depth: number }[] => []);
  for (const { task: at, what, lock: number, read } of moves) {
    const task = TASKS[at] as string;
    const mine = held[at] as string[];
    const interrupts = inside[at] as { hard: boolean; depth: number }[];
    // Mostly as sound code has it: A and B in interrupts, and elsewhere with interrupts off.
    const sound =
      what < 6 && interrupts.length > 0
        ? number % 2
        : what < 6 && !masked.has(at)
          ? 2 + (number % 3)
          : number;
    const lock = LOCKS[sound] as string;
    const floor = interrupts.at(-1)?.depth ?? 0;
    if (what < 8) {
      // Most of them not twice, or nothing else would ever be reported.
      if (mine.length > 3 || (what < 6 && mine.includes(lock))) continue;
      events.push({
        op: "acquire",
        task,
        lock,
        read: reads[read] as ReadMode,
        ...(what === 7 ? { try: true } : {}),
      });
      mine.push(lock);
    } else if (what < 13) {
      if (mine.length <= floor) continue;
      const index = floor + (number % (mine.length - floor));
      events.push({ op: "release", task, lock: mine.splice(index, 1)[0] as string });
    } else if (what < 15) {
      const side = what === 13 ? "disable" : "enable";
      // In an interrupt its own kind stays masked.
      if (interrupts.length > 0) continue;
      events.push({ op: read === 0 ? `softirq-${side}` : `hardirq-${side}`, task });
      if (read !== 0) masked[side === "disable" ? "add" : "delete"](at);
    } else if (what < 17) {
      if (interrupts.length > 1 || interrupts.at(-1)?.hard === true) continue;
      const hard = what === 15 || interrupts.length > 0;
      interrupts.push({ hard, depth: mine.length });
      events.push({ op: hard ? "hardirq-enter" : "softirq-enter", task });
    } else if (interrupts.length > 0) {
      for (const left of mine.splice(floor).reverse()) events.push({ op: "release", task, lock: left });
      events.push({ op: interrupts.pop()?.hard === true ? "hardirq-exit" : "softirq-exit", task });
    }
  }
  return events;
}

const move = fc.record({
  task: fc.nat(TASKS.length - 1),
  what: fc.nat(18),
  lock: fc.nat(LOCKS.length - 1),
  read: fc.nat(2),
});

test("kernel mode says what the closure of all strong paths says, on 10,000 traces", () => {
  const kinds = new Map<string, number>();
  fc.assert(
    fc.property(fc.array(move, { minLength: 1, maxLength: 60, size: "max" }), (moves) => {
      const events = eventsOf(moves);
      const expected = oracle(events);
      const [first] = reportsOf(events, "kernel");
      expect(first === undefined ? undefined : { kind: first.kind, event: first.event }).toEqual(expected);
      const kind = expected?.kind ?? "none";
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }),
    { numRuns: 10_000 },
  );
  // Traces that say nothing, or always the same, would agree too.
  for (const kind of [
    "none",
    "circular",
    "recursive-locking",
    "irq-order",
    "irq-inversion",
    "inconsistent-state",
  ])
    expect(kinds.get(kind), kind).toBeGreaterThan(10);
}, 300_000);
