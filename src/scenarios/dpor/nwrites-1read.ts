import { load, store } from "#shared/atomic/index";
import type { Scenario } from "../define.ts";
import { type IntParam, int } from "../params.ts";
import { program } from "./words.ts";

type Nwrites1readParams = { readonly n: IntParam };

const definition: Scenario<Nwrites1readParams> = program({
  name: "nwrites_1read",
  about: "a task that writes n times and one that reads once have n+1 traces",
  params: {
    n: int(1, 64, 3, "writes"),
  },
  words: () => 1,
  tasks: () => 2,
  *body(base, { n }, task) {
    if (task === 1) yield* load(base);
    else for (let turn = 1; turn <= n; turn++) yield* store(base, turn);
  },
});

export default definition;
