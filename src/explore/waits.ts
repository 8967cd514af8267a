import { STEP } from "#shared/atomic/step-kind";
import { type Holder, holderOf } from "#shared/sync/holder";
import { TASK, taskBlock, WAIT_KIND } from "#shared/task";
import type { Machine } from "./machine.ts";

// Who waits for what: tasks say so in their blocks, for locks and wait queues alike.

/** The word that a task which cannot go on waits for: its lock where it said so, else the word of its step. */
export function waitsFor(machine: Machine, task: number): number {
  const said = machine.words[taskBlock(task) + TASK.WAITS_FOR]!;
  return said === 0 ? machine.addr[task]! : said;
}

/** Who holds what a task waits for, where it said what that is. */
export function holderFor(machine: Machine, task: number): Holder {
  const { words } = machine;
  const block = taskBlock(task);
  return holderOf((addr) => words[addr]!, words[block + TASK.WAITS_FOR]!, words[block + TASK.WAIT_KIND]!);
}

/** True if the task has said that it waits as `kind` (one of `WAIT_KIND`) says. */
export function waitsAs(machine: Machine, task: number, kind: number): boolean {
  const block = taskBlock(task);
  return machine.words[block + TASK.WAITS_FOR] !== 0 && machine.words[block + TASK.WAIT_KIND] === kind;
}

/** True if the task sleeps until somebody notifies it. */
export function isAsleep(machine: Machine, task: number): boolean {
  return !machine.finished(task) && machine.kind[task] === STEP.ASLEEP;
}

/** A sleep on a word: what the word was when the task went to sleep, and what it is now. */
export interface WordWait {
  readonly expected: number;
  readonly now: number;
}

/** The sleep of a task that sleeps on a word and no lock (`wait`, a futex); undefined if it does not. */
export function wordWaitOf(machine: Machine, task: number): WordWait | undefined {
  if (!isAsleep(machine, task)) return undefined;
  const { words } = machine;
  const block = taskBlock(task);
  const word = words[block + TASK.WAITS_FOR]!;
  if (word === 0) {
    const own = machine.addr[task]!;
    // A task's park word is no word of the scenario: it says nothing of what the task waits for.
    return own < machine.heap ? undefined : { expected: machine.expected[task]!, now: words[own]! };
  }
  if (words[block + TASK.WAIT_KIND] !== WAIT_KIND.WORD) return undefined;
  return { expected: words[block + TASK.EXPECTED]!, now: words[word]! };
}

/** True if the task turns in a loop and no word that the loop read has changed. */
export function isSpinning(machine: Machine, task: number): boolean {
  return !machine.finished(task) && machine.kind[task] === STEP.RELAX;
}

/** The cycle of waits that a task which cannot go on is in, from it on; undefined if there is none. */
export function cycleFrom(machine: Machine, start: number): readonly number[] | undefined {
  const path = [start];
  let task = holderFor(machine, start).owner;
  while (task !== start) {
    const goesOn = task < 0 || task >= machine.tasks || machine.finished(task) || machine.enabled(task);
    if (goesOn || path.includes(task)) return undefined;
    path.push(task);
    task = holderFor(machine, task).owner;
  }
  return path;
}
