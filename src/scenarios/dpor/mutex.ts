import { exchangeWhen, store } from "#shared/atomic/index";
import type { Scenario } from "../define.ts";
import { type IntParam, int } from "../params.ts";
import { program } from "./words.ts";

type MutexParams = { readonly n: IntParam; readonly k: IntParam };

const definition: Scenario<MutexParams> = program({
  name: "mutex",
  about: "n tasks that take and release one lock k times each",
  params: {
    n: int(1, 8, 2, "tasks"),
    k: int(1, 8, 2, "turns a task"),
  },
  words: () => 1,
  tasks: ({ n }) => n,
  *body(base, { k }) {
    for (let turn = 0; turn < k; turn++) {
      yield* exchangeWhen(base, 0, 1);
      yield* store(base, 0);
    }
  },
});

export default definition;
