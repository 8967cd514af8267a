import { store } from "#shared/atomic/index";
import type { Scenario } from "../define.ts";
import { type IntParam, int } from "../params.ts";
import { program } from "./words.ts";

type LastwriteParams = { readonly n: IntParam };

const definition: Scenario<LastwriteParams> = program({
  name: "lastwrite",
  about: "n writers of one word have n! traces",
  params: {
    n: int(1, 32, 3, "tasks"),
  },
  words: () => 1,
  tasks: ({ n }) => n,
  *body(base, _params, task) {
    yield* store(base, task + 1);
  },
});

export default definition;
