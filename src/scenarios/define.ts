import type { Addr, Step } from "#shared/atomic/index";
import type { ViolationKind } from "#shared/violation";
import type { Params, ParamValues } from "./params.ts";

/** One task of a scenario: a name for reports and what it runs in a world. */
export interface TaskSpec<P extends Params> {
  readonly name: string;
  /** `root` is what `setup` returned. In soak mode it is called again and again on the same world. */
  readonly run: (root: Addr, params: ParamValues<P>) => Step<void>;
  /**
   * True for a task that serves the others for as long as there are any, as kswapd does: asleep for want of work at the
   * end it is not stuck. Only the explorer runs such tasks: on threads a world ends when all have left it.
   */
  readonly daemon?: boolean;
}

/** What the explorer finds for one choice of parameters, written down from the source before it ran. */
export interface Expectation {
  readonly verdict: "holds" | "violated";
  /** Kinds of violation of which it reports one; empty where the claim holds. */
  readonly kinds: readonly ViolationKind[];
  /** The step that decides, in one sentence. */
  readonly why: string;
}

/**
 * What the judgement says of one design under one set of conditions, written down from the source before any engine
 * ran. Each is about all interleavings of the scenario's tasks.
 */
export interface Cell {
  /** lockdep, told of everything that the tasks did, makes a report. */
  readonly lockdep: boolean;
  /** Tasks can come to wait for ever. */
  readonly deadlock: boolean;
  /** Another task can meet the lock of an object whose refcount is zero. */
  readonly contention: boolean;
  /** Memory can be used after it was freed, freed twice, leaked, or a reference count broken. */
  readonly memory: boolean;
  /** The code's own checks can complain: an assertion, a WARN. */
  readonly warning: boolean;
  /** The step that decides, in one sentence. */
  readonly why: string;
}

/**
 * What becomes of freed memory in a batch world. `never`: it stays in quarantine, so that each access to it is seen.
 * `at once`: the next allocation of its size gets it, as from a real allocator: a stale pointer, a waiter left behind
 * on an address then meets another object. What only the quarantine sees is not seen so.
 */
export type Reuse = "never" | "at once";

/** What a torture's statistics are made of. Its tasks are the writers and then the readers. */
export interface Torture {
  /** locktorture's name for the lock. @kernel kernel/locking/locktorture.c: torture_type */
  readonly type: string;
  readonly writers: number;
  /** Null where the lock is not one to read under. */
  readonly readers: number | null;
  /** By locktorture's names, in the order in which they are printed. */
  readonly parameters: Readonly<Record<string, number>>;
}

/** How a scenario can be run: many small worlds, or one with a long life. */
export type Mode = "batch" | "soak";

/** A claim about lock code, with everything needed to try it. */
export interface Scenario<P extends Params = Params> {
  /** `group/name`, as on the command line. */
  readonly name: string;
  /** One sentence that can be true or false. */
  readonly claim: string;
  /** Where the claim or the path comes from. */
  readonly source: string;
  readonly params: P;
  /** The verdict expected without a mutant, all other parameters at their defaults. */
  readonly expect: "holds" | "violated";
  /** What is expected of any choice of parameters, where that depends on more than the mutant. */
  readonly expected?: (params: ParamValues<P>) => Expectation;
  /** Choices of parameters that together show the whole; each is tried by the run of the whole catalogue. */
  readonly variants?: readonly Partial<ParamValues<P>>[];
  /** For neighbours of the claim: what the judgement expects of a choice of parameters. */
  readonly cell?: (params: ParamValues<P>) => Cell;
  /** Engines that find a violation by themselves within seconds; the explorer alone where it is left out. */
  readonly foundBy?: readonly ("explore" | "race")[];
  /** Values of parameter `mutant` and the kinds of violation that count as catching each. */
  readonly mutants: Readonly<Record<string, readonly ViolationKind[]>>;
  /** The first is the default. */
  readonly modes: readonly Mode[];
  /** What becomes of freed memory; `never` where it is left out. A world that reuses memory needs 3 words more. */
  readonly reuse?: Reuse | ((params: ParamValues<P>) => Reuse);
  /**
   * True where tasks wait for one another inside a world, there and back. On threads all tasks then visit the worlds of
   * a batch in one order: else one would wait in this world for another that waits in that.
   */
  readonly meets?: boolean;
  /** For tortures: what their statistics are made of. */
  readonly torture?: (params: ParamValues<P>) => Torture;
  /** Words of memory that one world needs (a batch world never reuses any, unless `reuse` says so). */
  readonly worldWords: (params: ParamValues<P>, mode: Mode) => number;
  /** Lays a world out in `heap`; returns its root object. Runs before the tasks, alone. */
  readonly setup: (heap: Addr, params: ParamValues<P>, mode: Mode) => Step<Addr>;
  /** The tasks, in order; as many as there will be threads. */
  readonly tasks: (params: ParamValues<P>, mode: Mode) => readonly TaskSpec<P>[];
  /** Looks at a world that all tasks have left, and reports what is wrong. */
  readonly check: (root: Addr, params: ParamValues<P>, heap: Addr) => Step<void>;
}

/** Declares a scenario; the default export of a scenario file. Returns it as it is. */
export function scenario<const P extends Params>(definition: Scenario<P>): Scenario<P> {
  return definition;
}
