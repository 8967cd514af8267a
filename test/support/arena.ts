import { type Addr, bind, CONTROL, CONTROL_WORDS, peek, type Step } from "#shared/atomic/index";
import { pending } from "#shared/atomic/pending";
import { STEP } from "#shared/atomic/step-kind";
import { initHeap } from "#shared/memory/heap";
import { placeStats, STAT_WORDS } from "#shared/stats";
import { placeTasks, setCurrentTask, TASK, TASK_WORDS, taskBlock } from "#shared/task";
import { placeViolations, VIOLATION, violationKinds } from "#shared/violation";
import type { Violation } from "./program.ts";

/** Most tasks of a test. */
export const MOST_TASKS = 8;

const taskBlocks = CONTROL_WORDS + VIOLATION.KEPT * VIOLATION.WORDS;
const stats = taskBlocks + MOST_TASKS * TASK_WORDS;

/** Where things are in the arena of a test, in words. */
export const PLACES: Readonly<Record<"violations" | "taskBlocks" | "stats" | "heap", number>> = {
  violations: CONTROL_WORDS,
  taskBlocks: taskBlocks,
  stats: stats,
  heap: stats + MOST_TASKS * STAT_WORDS,
};

/** Runs a step to its end, alone. Throws where it would wait, since nobody is there to wake it. */
export function drive<T>(step: Step<T>): T {
  for (;;) {
    const next = step.next();
    if (next.done) return next.value;
    if (pending.kind === STEP.ASLEEP || (pending.kind === STEP.RELAX && pending.value > 0)) {
      throw new Error("this step waits, and it is alone");
    }
  }
}

/** An arena with its tasks and one heap, as the stepped build of this thread sees it. */
export class World {
  readonly words: Int32Array;
  readonly heap: Addr = PLACES.heap;
  readonly tasks: number;

  /** A fresh world, or one laid out anew in `words`. It is in use from here on. */
  constructor(tasks: number, heapWords: number, words: Int32Array = newArena(heapWords), quarantine = 0) {
    this.words = words;
    this.tasks = tasks;
    words.fill(0);
    this.use();
    initHeap(this.heap, words.length - PLACES.heap, quarantine);
  }

  /** Points the stepped build of this thread at this world, as task 0. */
  use(): void {
    bind(this.words, { spinLimit: 0, seed: 1 });
    placeTasks(PLACES.taskBlocks, this.tasks);
    placeStats(PLACES.stats);
    placeViolations(PLACES.violations);
    setCurrentTask(0);
  }

  /** A copy of all memory, for `restore`. */
  save(): Int32Array {
    return this.words.slice();
  }

  restore(saved: Int32Array): void {
    this.words.set(saved);
    setCurrentTask(0);
  }

  violations(): Violation[] {
    const count = Math.min(peek(CONTROL.VIOLATIONS), VIOLATION.KEPT);
    return Array.from({ length: count }, (_, index) => {
      const entry = PLACES.violations + index * VIOLATION.WORDS;
      return {
        kind: violationKinds[peek(entry + VIOLATION.KIND)] ?? "none",
        task: peek(entry + VIOLATION.TASK),
        object: peek(entry + VIOLATION.OBJECT),
        value: peek(entry + VIOLATION.VALUE),
        other: peek(entry + VIOLATION.OTHER),
      };
    });
  }

  /** One line about what a task waits for. */
  waitOf(task: number): string {
    const block = taskBlock(task);
    const lock = peek(block + TASK.WAITS_FOR);
    const ticket = `park ${peek(block + TASK.PARK)}, ticket ${peek(block + TASK.TICKET)}`;
    if (lock === 0) return `waits for nothing (state ${peek(block + TASK.STATE)}, ${ticket})`;
    return `waits for ${lock}, whose word is 0x${(peek(lock) >>> 0).toString(16)} (${ticket})`;
  }
}

/** Memory of a test world with so many words of heap. */
export function newArena(heapWords: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer((PLACES.heap + heapWords) * 4));
}
