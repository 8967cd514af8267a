import { type Scenario, scenario } from "../define.ts";
import { type ChoiceParam, choice, type IntParam, int } from "../params.ts";
import { checkFree, takeAll, wwMutants, wwWorld, wwWorldWords } from "./locks.ts";

type Cycle = {
  readonly algorithm: ChoiceParam<"wound-wait" | "wait-die">;
  readonly mutant: ChoiceParam<(typeof wwMutants)[number]>;
  readonly tasks: IntParam;
  readonly inject: IntParam;
};

const definition: Scenario<Cycle> = scenario({
  name: "ww/cycle",
  claim: "tasks in a ring, each taking its own ww-mutex and then its neighbour's, all finish",
  source: "kernel/locking/test-ww_mutex.c: test_cycle()",
  params: {
    algorithm: choice(["wound-wait", "wait-die"], "wound-wait", "who backs off"),
    mutant: choice(wwMutants, "none", "a deliberate fault"),
    tasks: int(2, 64, 3, "tasks and locks of the ring"),
    inject: int(0, 1, 0, "1 gives back EDEADLK now and then without cause"),
  },
  expect: "holds",
  mutants: { "no-backoff": ["deadlock"] },
  modes: ["batch"],
  worldWords: ({ tasks }) => wwWorldWords(tasks, tasks, 2),
  *setup(heap, params) {
    const { tasks, algorithm, mutant, inject } = params;
    return yield* wwWorld(heap, { tasks, locks: tasks, perTask: 2, algorithm, mutant, inject: inject === 1 });
  },
  tasks: ({ tasks }) =>
    Array.from({ length: tasks }, (_, index) => ({ name: `ring-${index}`, run: takeAll })),
  *check(root, { tasks }) {
    yield* checkFree(root, tasks, tasks === 2);
  },
});

export default definition;
