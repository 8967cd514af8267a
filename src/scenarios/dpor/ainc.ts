import { add } from "#shared/atomic/index";
import type { Scenario } from "../define.ts";
import { type IntParam, int } from "../params.ts";
import { program } from "./words.ts";

type AincParams = { readonly n: IntParam };

const definition: Scenario<AincParams> = program({
  name: "ainc",
  about: "n atomic additions to one word have n! traces",
  params: {
    n: int(1, 32, 4, "tasks"),
  },
  words: () => 1,
  tasks: ({ n }) => n,
  *body(base) {
    yield* add(base, 1);
  },
});

export default definition;
