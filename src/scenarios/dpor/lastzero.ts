import { load, store } from "#shared/atomic/index";
import type { Scenario } from "../define.ts";
import { type IntParam, int } from "../params.ts";
import { program } from "./words.ts";

type LastzeroParams = { readonly n: IntParam };

const definition: Scenario<LastzeroParams> = program({
  name: "lastzero",
  about: "a search for the last zero against n writers, each reading its left neighbour",
  params: {
    n: int(1, 31, 3, "writers"),
  },
  words: ({ n }) => n + 1,
  tasks: ({ n }) => n + 1,
  *body(base, { n }, task) {
    if (task === 0) {
      let index = n;
      while ((yield* load(base + index)) !== 0) index--;
      return;
    }
    const left = yield* load(base + task - 1);
    yield* store(base + task, left + 1);
  },
});

export default definition;
