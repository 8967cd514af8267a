import { type Scenario, scenario } from "../define.ts";
import { type ChoiceParam, choice } from "../params.ts";
import { checkFree, takeAll, wwMutants, wwWorld, wwWorldWords } from "./locks.ts";

type Abba = {
  readonly algorithm: ChoiceParam<"wound-wait" | "wait-die">;
  readonly mutant: ChoiceParam<(typeof wwMutants)[number]>;
};

const definition: Scenario<Abba> = scenario({
  name: "ww/abba",
  claim: "two tasks that take two ww-mutexes in opposite orders both finish",
  source: "kernel/locking/test-ww_mutex.c: test_abba(), resolved",
  params: {
    algorithm: choice(["wound-wait", "wait-die"], "wound-wait", "who backs off"),
    mutant: choice(wwMutants, "none", "a deliberate fault"),
  },
  expect: "holds",
  mutants: { "no-backoff": ["deadlock"] },
  modes: ["batch"],
  worldWords: () => wwWorldWords(2, 2, 2),
  *setup(heap, params) {
    const { algorithm, mutant } = params;
    return yield* wwWorld(heap, { tasks: 2, locks: 2, perTask: 2, algorithm, mutant, inject: false });
  },
  tasks: () => [
    { name: "a-then-b", run: takeAll },
    { name: "b-then-a", run: takeAll },
  ],
  *check(root) {
    yield* checkFree(root, 2, true);
  },
});

export default definition;
