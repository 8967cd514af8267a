import type { Addr, Step } from "#shared/atomic/index";
import { allocateWords } from "#shared/memory/object";
import { currentTask } from "#shared/task";
import { type Scenario, scenario, type TaskSpec } from "../define.ts";
import type { Params, ParamValues } from "../params.ts";

/** What a program with a known number of traces is made of: zeroed words and tasks that step on them. */
export interface Program<P extends Params> {
  readonly name: string;
  /** What one task does, in a line. */
  readonly about: string;
  readonly params: P;
  /** Words that it needs, all 0 at the start. */
  readonly words: (params: ParamValues<P>) => number;
  /** Sets the words that do not start at 0. */
  readonly initial?: (base: Addr, params: ParamValues<P>) => Step<void>;
  /** How many tasks there are. */
  readonly tasks: (params: ParamValues<P>) => number;
  /** What task number `task` does. */
  readonly body: (base: Addr, params: ParamValues<P>, task: number) => Step<void>;
  readonly expect?: "holds" | "violated";
}

/** A program as a scenario `dpor/NAME`. It claims nothing but its number of traces: see test/conformance/explore. */
export function program<const P extends Params>(definition: Program<P>): Scenario<P> {
  function* run(base: Addr, params: ParamValues<P>): Step<void> {
    yield* definition.body(base, params, currentTask());
  }
  return scenario({
    name: `dpor/${definition.name}`,
    claim: definition.about,
    source: "programs with certain trace counts; test/conformance/explore",
    params: definition.params,
    expect: definition.expect ?? "holds",
    mutants: {},
    modes: ["batch"],
    worldWords: (params) => 32 + definition.words(params),
    *setup(heap, params) {
      const base = yield* allocateWords(heap, 0, definition.words(params));
      if (definition.initial !== undefined) yield* definition.initial(base, params);
      return base;
    },
    tasks: (params) => {
      const tasks: TaskSpec<P>[] = [];
      for (let task = 0; task < definition.tasks(params); task++) tasks.push({ name: `t${task}`, run });
      return tasks;
    },
    *check() {},
  });
}
