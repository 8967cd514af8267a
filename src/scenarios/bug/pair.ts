import type { Addr, Step } from "#shared/atomic/index";
import type { ViolationKind } from "#shared/violation";
import { type Scenario, scenario, type TaskSpec } from "../define.ts";
import { fixed } from "../neighbour/world.ts";
import type { ChoiceParam } from "../params.ts";

/** The one parameter of a bug: its old form, or the repaired one. */
export type PairParams = { readonly fixed: ChoiceParam<"false" | "true"> };

/** What makes up a bug besides the parameter. */
interface Pair {
  readonly name: string;
  readonly claim: string;
  readonly source: string;
  /** What the old form is found by, and why; why the repaired one is not. */
  readonly kinds: readonly ViolationKind[];
  readonly broken: string;
  readonly repaired: string;
  readonly foundBy?: Scenario["foundBy"];
  readonly words: number;
  readonly setup: (heap: Addr, repaired: boolean) => Step<Addr>;
  readonly tasks: readonly {
    readonly name: string;
    readonly run: (root: Addr, repaired: boolean) => Step<void>;
  }[];
  readonly check: (root: Addr, heap: Addr) => Step<void>;
}

/** A real bug as a pair: violated in its old form, and not in the repaired one. */
export function pair(bug: Pair): Scenario<PairParams> {
  return scenario({
    name: bug.name,
    claim: bug.claim,
    source: bug.source,
    params: { fixed },
    expect: "violated",
    expected: (params) =>
      params.fixed === "true"
        ? { verdict: "holds", kinds: [], why: bug.repaired }
        : { verdict: "violated", kinds: bug.kinds, why: bug.broken },
    variants: [{ fixed: "false" }, { fixed: "true" }],
    foundBy: bug.foundBy ?? ["explore"],
    mutants: {},
    modes: ["batch"],
    worldWords: () => bug.words,
    *setup(heap, params) {
      return yield* bug.setup(heap, params.fixed === "true");
    },
    tasks: (params) =>
      bug.tasks.map(
        ({ name, run }): TaskSpec<PairParams> => ({
          name,
          *run(root) {
            yield* run(root, params.fixed === "true");
          },
        }),
      ),
    *check(root, _params, heap) {
      yield* bug.check(root, heap);
    },
  });
}
