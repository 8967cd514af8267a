import { add } from "#shared/atomic/index";
import type { Scenario } from "../define.ts";
import { type IntParam, int } from "../params.ts";
import { program } from "./words.ts";

type IndepParams = { readonly n: IntParam; readonly k: IntParam };

const definition: Scenario<IndepParams> = program({
  name: "indep",
  about: "tasks that add to counters of their own have one trace",
  params: {
    n: int(1, 32, 3, "tasks"),
    k: int(1, 64, 3, "additions a task"),
  },
  words: ({ n }) => n,
  tasks: ({ n }) => n,
  *body(base, { k }, task) {
    for (let turn = 0; turn < k; turn++) yield* add(base + task, 1);
  },
});

export default definition;
