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
  /** The verdict expected without a mutant. */
  readonly expect: "holds" | "violated";
  /** Values of parameter `mutant` and the kinds of violation that count as catching each. */
  readonly mutants: Readonly<Record<string, readonly ViolationKind[]>>;
  /** The first is the default. */
  readonly modes: readonly Mode[];
  /** Words of memory that one world needs (a batch world never reuses any). */
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
