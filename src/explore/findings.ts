import { WAIT_KIND } from "#shared/task";
import type { ViolationKind } from "#shared/violation";
import { classOfViolation, isMild } from "../record/violation-kinds.ts";
import type { DataRace } from "./data-race.ts";
import type { EventLog } from "./event-log.ts";
import type { Machine } from "./machine.ts";
import { holderFor, isAsleep, isSpinning, type WordWait, waitsAs, waitsFor, wordWaitOf } from "./waits.ts";

/** A task that cannot go on. */
export interface Waiting {
  readonly task: number;
  readonly word: number;
  readonly holder: number;
  readonly held: boolean;
  /** Where it sleeps on a word and no lock. */
  readonly sleep: WordWait | undefined;
}

/** What is wrong at the end of an execution. */
export interface Finding {
  readonly kind: ViolationKind;
  /** Task that met it, or -1. */
  readonly task: number;
  /** Word concerned, or 0. */
  readonly object: number;
  readonly value: number;
  /** Another task that has a part in it, or -1. */
  readonly other: number;
  /** Who waits for what at the end: task, word, the task that holds it (-1: nobody known), and whether anybody does. */
  readonly waits: readonly Waiting[];
  /** What a task threw. */
  readonly error: unknown;
}

/**
 * Looks at a machine at the end of an execution: where no task can take a step, or where the execution was ended
 * since something is wrong. Reports of the tasks come first; then a cycle of waits, tasks that wait for ever, a data
 * race; and where all have finished, what the scenario's own check reports. What is only a first sign comes last.
 */
export function findingsAtEnd(machine: Machine, log?: EventLog): Finding[] {
  if (machine.thrown !== undefined) return [thrownBy(machine.thrown)];
  const reported = reportedBy(machine);
  const signs = reported.filter(({ kind }) => isMild(kind));
  const graver = reported.filter(({ kind }) => !isMild(kind));
  return [...(graver.length > 0 ? graver : unreported(machine, log)), ...signs];
}

/**
 * All that an execution which ran to its end met: its reports up to the first that concerns memory (after that the world
 * means nothing), and if there was none, what `findingsAtEnd` sees besides.
 */
export function allAtEnd(machine: Machine, log: EventLog): Finding[] {
  if (machine.thrown !== undefined) return [thrownBy(machine.thrown)];
  const reported = reportedBy(machine);
  const fatal = reported.findIndex(({ kind }) => classOfViolation(kind) === "memory");
  return fatal >= 0 ? reported.slice(0, fatal + 1) : [...reported, ...unreported(machine, log)];
}

/** What no task has reported: who is stuck, what raced, and what the scenario's check finds. */
function unreported(machine: Machine, log?: EventLog): Finding[] {
  const { cycle } = machine;
  if (cycle?.every((task) => isStuck(machine, task))) return [stuck(machine, cycle)];
  const races = log?.race === undefined ? [] : [raced(log, log.race)];
  const waiting = unfinished(machine);
  // A schedule that ends before its tasks do shows nothing of how they end.
  if (waiting.some((task) => machine.enabled(task))) return races;
  // What raced may be why they wait: a plain store, and no notify.
  if (waiting.length > 0) return [stuck(machine, waiting), ...races];
  if (races.length > 0) return races;
  const before = machine.violations();
  try {
    machine.check();
  } catch (error) {
    return [thrownBy({ task: -1, error })];
  }
  return reportedBy(machine).slice(before);
}

function thrownBy({ task, error }: { readonly task: number; readonly error: unknown }): Finding {
  // What the kernel's stack would not survive the stack of this machine does not either.
  const isOverflow = error instanceof RangeError && /call stack/i.test(error.message);
  return { ...NOTHING, kind: isOverflow ? "stack-overflow" : "task-threw", task, error };
}

const NOTHING: Omit<Finding, "kind"> = {
  task: -1,
  other: -1,
  object: 0,
  value: 0,
  waits: [],
  error: undefined,
};

/** True for a reader that waits for a lock which only readers hold, and which no writer waits for: it could come in. */
function mayShare(machine: Machine, task: number, waiting: readonly number[]): boolean {
  if (!waitsAs(machine, task, WAIT_KIND.READ) || holderFor(machine, task).owner >= 0) return false;
  const word = waitsFor(machine, task);
  return !waiting.some(
    (other) => waitsAs(machine, other, WAIT_KIND.WRITE) && waitsFor(machine, other) === word,
  );
}

function isStuck(machine: Machine, task: number): boolean {
  return !machine.finished(task) && !machine.enabled(task);
}

function unfinished(machine: Machine): number[] {
  const tasks: number[] = [];
  for (let task = 0; task < machine.tasks; task++)
    if (!machine.finished(task) && !isIdleDaemon(machine, task)) tasks.push(task);
  return tasks;
}

/** A daemon that waits for work, and for no lock. */
function isIdleDaemon(machine: Machine, task: number): boolean {
  return machine.daemons[task] === true && isAsleep(machine, task) && !holderFor(machine, task).held;
}

function reportedBy(machine: Machine): Finding[] {
  return machine.reports().map((report) => ({ ...NOTHING, ...report }));
}

function raced(log: EventLog, { first, second }: DataRace): Finding {
  return {
    ...NOTHING,
    kind: "data-race",
    task: log.task[second] ?? -1,
    other: log.task[first] ?? -1,
    object: log.addr[second] ?? 0,
  };
}

function stuck(machine: Machine, waiting: readonly number[]): Finding {
  const waits = waiting.map((task) => {
    const { owner, held } = holderFor(machine, task);
    const word = waitsFor(machine, task);
    const sleep = wordWaitOf(machine, task);
    return { task, word, holder: owner, held: held && !mayShare(machine, task, waiting), sleep };
  });
  const lost = waits.some((wait) => hasLostWakeup(machine, wait));
  // A sleeper on a word is told of by name: the others may only wait for what it would do next.
  const first = (waits.find((wait) => wait.sleep !== undefined && hasLostWakeup(machine, wait)) ??
    waits[0]) as Waiting;
  const event = waits.every(
    ({ task, sleep }) => sleep !== undefined || waitsAs(machine, task, WAIT_KIND.EVENT),
  );
  const spinning = waits.every(({ task }) => isSpinning(machine, task));
  const kind = spinning ? "livelock" : lost ? "lost-wakeup" : event ? "wait-forever" : "deadlock";
  return {
    ...NOTHING,
    kind,
    task: first.task,
    other: waits.find((wait) => wait !== first)?.task ?? -1,
    object: first.word,
    waits,
  };
}

/**
 * True for a sleeper that somebody should have woken: its lock is free; or the word that it sleeps on is no longer what
 * it was, which is why one waits there, or was notified before it slept.
 */
function hasLostWakeup(machine: Machine, { task, word, held, sleep }: Waiting): boolean {
  if (sleep !== undefined) return sleep.now !== sleep.expected || machine.missedNotify(word);
  return !held && !waitsAs(machine, task, WAIT_KIND.EVENT) && isAsleep(machine, task);
}
