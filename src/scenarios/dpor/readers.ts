import { load, store } from "#shared/atomic/index";
import type { Scenario } from "../define.ts";
import { type IntParam, int } from "../params.ts";
import { program } from "./words.ts";

type ReadersParams = { readonly n: IntParam };

const definition: Scenario<ReadersParams> = program({
  name: "readers",
  about: "one writer and n readers of a word have 2^n traces",
  params: {
    n: int(1, 32, 3, "readers"),
  },
  words: () => 1,
  tasks: ({ n }) => n + 1,
  *body(base, _params, task) {
    if (task === 0) yield* store(base, 1);
    else yield* load(base);
  },
});

export default definition;
