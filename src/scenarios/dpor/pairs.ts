import { store } from "#shared/atomic/index";
import type { Scenario } from "../define.ts";
import { type IntParam, int } from "../params.ts";
import { program } from "./words.ts";

type PairsParams = { readonly n: IntParam };

const definition: Scenario<PairsParams> = program({
  name: "pairs",
  about: "n pairs of tasks that write one word each have 2^n traces",
  params: {
    n: int(1, 16, 3, "pairs"),
  },
  words: ({ n }) => n,
  tasks: ({ n }) => 2 * n,
  *body(base, _params, task) {
    yield* store(base + (task >> 1), task + 1);
  },
});

export default definition;
