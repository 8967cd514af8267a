import { type Scenario, scenario } from "#scenarios/define";
import type { Addr, Step } from "#shared/atomic/index";
import { allocateWords } from "#shared/memory/object";

/** What a task of a small world runs. `base` is the first of its words. */
export type Body = (base: Addr) => Step<void>;

/** Words that a small world has, all 0 before `setup`. */
const WORDS = 32;

/** A scenario of a few words and a body a task. */
export function smallWorld(
  bodies: readonly Body[],
  setup: Body = function* () {},
  check: Body = function* () {},
): Scenario {
  return scenario({
    name: "test/small",
    claim: "",
    source: "",
    params: {},
    expect: "holds",
    mutants: {},
    modes: ["batch"],
    worldWords: () => 128,
    *setup(heap) {
      const base = yield* allocateWords(heap, 0, WORDS);
      yield* setup(base);
      return base;
    },
    tasks: () => bodies.map((run, index) => ({ name: `t${index}`, run })),
    check,
  }) as unknown as Scenario;
}
