import { pending, primitive } from "#shared/atomic/pending";
import { STEP } from "#shared/atomic/step-kind";
import { EVENT } from "#shared/recorder/events";
import { onRecord } from "#shared/recorder/hook";
import { currentTask } from "#shared/task";
import { nameOf } from "../catalogue/lock-names.ts";
import type { WitnessStep } from "../record/witness.ts";
import { effectOfAccess, effectOfOperation, lastTelling, type Recorded } from "./effects.ts";
import { EventLog } from "./event-log.ts";
import type { Machine } from "./machine.ts";
import { type Frame, framesOf, isPrimitive, placeOf } from "./stack.ts";
import { holderFor, waitsFor } from "./waits.ts";

/** One choice of a schedule. */
export interface Choice {
  readonly task: number;
  readonly outcome: number;
}

/** One access of a schedule, whatever its granularity: what real threads follow. */
export interface SingleStep extends Choice {
  readonly kind: number;
  readonly addr: number;
  /** The word before it. */
  readonly before: number;
}

/** What keeps a schedule from going on. */
export interface Stop {
  /** Step that cannot be taken, from 1. */
  readonly step: number;
  readonly reason: string;
}

const STACK_DEPTH = 60;

const accessNames: Readonly<Record<number, string>> = {
  ...Object.fromEntries(
    Object.entries(STEP).map(([name, kind]) => [kind, name.toLowerCase().replaceAll("_", " ")]),
  ),
  [STEP.NONE]: "operation",
  [STEP.RMW]: "read-modify-write",
  [STEP.CAS]: "compare-and-exchange",
  [STEP.ASLEEP]: "wakes up",
  [STEP.RELAX]: "spins",
};

/** Takes the steps of an interleaving with everything written down. The machine is left at its end. */
export class Tracer {
  readonly log: EventLog;
  readonly steps: WitnessStep[] = [];
  readonly singles: SingleStep[] = [];
  readonly #machine: Machine;
  readonly #sources: ReadonlyMap<string, string>;
  /** Locks held by each task, with the step that took each. */
  readonly #held: Map<number, number>[];
  #recorded: Recorded[] = [];
  /** Per task: what it recorded in an operation that it has begun and taken no step of. */
  readonly #ahead: Recorded[][];
  #hash = 0x811c9dc5;

  constructor(machine: Machine, sources: ReadonlyMap<string, string>) {
    this.#machine = machine;
    this.#sources = sources;
    this.log = new EventLog(machine);
    this.#ahead = Array.from({ length: machine.tasks }, () => []);
    this.#held = Array.from({ length: machine.tasks }, () => new Map());
  }

  /**
   * Takes all steps, or as many as can be. `check` looks at each before the next is taken; what it returns is why the
   * schedule stops there.
   */
  run(
    choices: readonly Choice[],
    check: (step: WitnessStep, index: number) => string | undefined,
  ): Stop | undefined {
    const machine = this.#machine;
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = STACK_DEPTH;
    pending.trace = true;
    machine.onAccess = (task, kind, addr, outcome) =>
      this.singles.push({ task, kind, addr, outcome, before: machine.words[addr]! });
    onRecord((event, object, value) => {
      const list = primitive.fresh ? this.#ahead[currentTask()]! : this.#recorded;
      list.push({ event, object, value });
    });
    try {
      machine.reset();
      for (const [index, choice] of choices.entries()) {
        if (!machine.enabled(choice.task)) return { step: index + 1, reason: this.#whyNot(choice.task) };
        const outcomes = machine.outcomes(choice.task);
        if (choice.outcome >= outcomes)
          return {
            step: index + 1,
            reason: `there is no outcome ${choice.outcome}, only 0 to ${outcomes - 1}`,
          };
        const reason = check(this.#take(choice, index), index);
        if (reason !== undefined) return { step: index + 1, reason };
      }
      this.#markPrivate();
      return undefined;
    } finally {
      Error.stackTraceLimit = limit;
      pending.trace = false;
      machine.onAccess = undefined;
      onRecord(() => {});
    }
  }

  #whyNot(task: number): string {
    const machine = this.#machine;
    const name = machine.names[task];
    if (machine.finished(task)) return `${name} has come to its end`;
    const { owner } = holderFor(machine, task);
    const holder = owner < 0 ? "" : `, which ${machine.names[owner]} holds`;
    return `${name} cannot go on: it waits for ${this.#name(waitsFor(machine, task))}${holder}`;
  }

  #take({ task, outcome }: Choice, index: number): WitnessStep {
    const machine = this.#machine;
    const { log } = this;
    const switched = this.#switchTo(task, index);
    const frames = framesOf(machine.stacks[task] ?? "", this.#sources);
    const word = machine.syncWord(task);
    const before = machine.words[word]!;
    this.#recorded = this.#ahead[task]!;
    this.#ahead[task] = [];
    log.take(machine, task, outcome);
    const kind = log.kind[index]!;
    const path = frames.findIndex((frame) => !isPrimitive(frame));
    const operation = frames[path < 0 ? frames.length - 1 : Math.max(0, path - 1)];
    const isOperation = kind === STEP.NONE;
    const waits = !machine.finished(task) && !machine.enabled(task);
    this.#updateHeld(task, index);
    const step: WitnessStep = {
      step: index + 1,
      task: machine.names[task] ?? `task ${task}`,
      id: task,
      outcome,
      calls: callsOf(path < 0 ? frames : frames.slice(path)),
      did: isOperation && operation !== undefined ? operation.name : (accessNames[kind] ?? "step"),
      through: !isOperation && path > 0 && operation !== undefined ? operation.name : null,
      on: word === 0 ? "" : this.#name(word),
      effect: isOperation
        ? effectOfOperation(lastTelling(this.#recorded), waits)
        : effectOfAccess(kind, before, machine.words[word]!, outcome),
      at: placeOrNull(frames[Math.max(0, path)]),
      held: [...this.#held[task]!.keys()].map((lock) => this.#name(lock)),
      switched,
      isPrivate: false,
      hash: this.#hashOf(task, kind, log.addr[index]!, before),
    };
    this.steps.push(step);
    return step;
  }

  #switchTo(task: number, index: number): string | null {
    const previous = index === 0 ? -1 : this.log.task[index - 1]!;
    if (previous < 0 || previous === task) return null;
    const machine = this.#machine;
    if (machine.finished(previous)) return "finished";
    if (machine.enabled(previous)) return "preempted";
    const word = waitsFor(machine, previous);
    const { owner } = holderFor(machine, previous);
    if (word === 0) return "spins";
    const since = owner < 0 ? undefined : this.#held[owner]?.get(word);
    const holder =
      owner < 0
        ? ""
        : `, held by ${machine.names[owner]}${since === undefined ? "" : ` since step ${since}`}`;
    return `waits for ${this.#name(word)}${holder}`;
  }

  #updateHeld(task: number, index: number): void {
    const held = this.#held[task]!;
    for (const { event, object, value } of this.#recorded) {
      if (event === EVENT.LOCK || (event === EVENT.TRYLOCK && value !== 0)) held.set(object, index + 1);
      else if (event === EVENT.UNLOCK) held.delete(object);
    }
  }

  /** FNV-1a over everything that decides how the schedule goes on. */
  #hashOf(...values: number[]): string {
    for (const value of values) {
      for (let shift = 0; shift < 32; shift += 8)
        this.#hash = Math.imul(this.#hash ^ ((value >>> shift) & 0xff), 0x01000193);
    }
    return (this.#hash >>> 0).toString(16).padStart(8, "0");
  }

  #markPrivate(): void {
    const { log } = this;
    const users = new Map<number, Set<number>>();
    for (let index = 0; index < log.length; index++) {
      const addr = log.addr[index]!;
      const size = Math.max(1, log.size[index]!);
      for (let word = addr; word < addr + size; word++)
        users.set(word, (users.get(word) ?? new Set()).add(log.task[index]!));
    }
    for (const [index, step] of this.steps.entries()) {
      const addr = log.addr[index]!;
      const isShared =
        log.size[index]! > 0 || log.kind[index] === STEP.NONE || (users.get(addr)?.size ?? 0) > 1;
      step.isPrivate = addr === 0 ? log.kind[index] === STEP.RELAX : !isShared;
    }
  }

  #name(word: number): string {
    return nameOf(this.#machine.heap, word);
  }
}

/** Names of functions, the outermost first, without those that have none. */
function callsOf(frames: readonly Frame[]): string[] {
  return frames
    .map(({ name }) => name.replace(/^.*\./, ""))
    .filter((name) => name !== "")
    .reverse();
}

function placeOrNull(frame: Frame | undefined): string | null {
  return frame === undefined ? null : placeOf(frame);
}
