import type { Addr, Step } from "#shared/atomic/index";
import type { Params, ParamValues } from "../params.ts";

/** What all paths have in common. */
interface PathBase<P extends Params> {
  /** `group/name`, as on the command line. */
  readonly name: string;
  /** One phrase: what one operation is. */
  readonly about: string;
  readonly params: P;
  /** The class of its locks, where they are in no declared struct. */
  readonly lockClass?: string;
  /** The parameter that is measured at each of its values, side by side, unless the user chooses some. */
  readonly vary?: keyof P & string;
  /** Tasks that are measured. */
  readonly tasks: (params: ParamValues<P>) => number;
  /** What runs beside them without being measured, a task each, called again and again. */
  readonly beside?: (
    params: ParamValues<P>,
  ) => readonly ((root: Addr, params: ParamValues<P>) => Step<void>)[];
  /** Words of memory of the one world that all tasks share. */
  readonly worldWords: (params: ParamValues<P>) => number;
  /** Lays the world out; returns its root. */
  readonly setup: (heap: Addr, params: ParamValues<P>) => Step<Addr>;
  /** What each measured task does once, before its first operation. */
  readonly begin?: (root: Addr, params: ParamValues<P>) => Step<void>;
  /** Sections or operations that the world has counted so far, modulo 2^32: compared with what was done. */
  readonly sum?: (root: Addr, params: ParamValues<P>) => Step<number>;
  /** What one operation adds to that sum; 1 if left out. */
  readonly perOp?: (params: ParamValues<P>) => number;
  /** What must hold in the end; reports what does not. */
  readonly check?: (root: Addr, params: ParamValues<P>, heap: Addr) => Step<void>;
}

/** A path into a critical section and out of it: its wait and its hold are measured apart. */
export interface SectionPath<P extends Params = Params> extends PathBase<P> {
  /** Takes the lock; returns the address of the counter that it guards. */
  readonly enter: (root: Addr, params: ParamValues<P>) => Step<Addr>;
  /** Releases it. */
  readonly leave: (root: Addr, counter: Addr) => Step<void>;
}

/** A path that is measured as a whole. */
export interface WholePath<P extends Params = Params> extends PathBase<P> {
  /** Makes up to `count` things ready, and returns how many: the next operations of this task use them up. Not measured. */
  readonly prepare?: (root: Addr, params: ParamValues<P>, count: number) => Step<number>;
  readonly op: (root: Addr, params: ParamValues<P>) => Step<void>;
}

/** A lock path whose cost is measured. */
export type LockPath<P extends Params = Params> = SectionPath<P> | WholePath<P>;

/** Declares a path into a critical section; the default export of its file. Returns it as it is. */
export function sectionPath<const P extends Params>(definition: SectionPath<P>): SectionPath<P> {
  return definition;
}

/** Declares a path that is measured as a whole; the default export of its file. Returns it as it is. */
export function wholePath<const P extends Params>(definition: WholePath<P>): WholePath<P> {
  return definition;
}

/** Most things that `prepare` is asked for at once. */
export const MOST_PREPARED = 64;
