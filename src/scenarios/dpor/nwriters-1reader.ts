import { load, store } from "#shared/atomic/index";
import type { Scenario } from "../define.ts";
import { type IntParam, int } from "../params.ts";
import { program } from "./words.ts";

type Nwriters1readerParams = { readonly n: IntParam };

const definition: Scenario<Nwriters1readerParams> = program({
  name: "nwriters_1reader",
  about: "n writers and one reader of a word have (n+1)! traces",
  params: {
    n: int(1, 32, 3, "writers"),
  },
  words: () => 1,
  tasks: ({ n }) => n + 1,
  *body(base, { n }, task) {
    if (task === n) yield* load(base);
    else yield* store(base, task + 1);
  },
});

export default definition;
