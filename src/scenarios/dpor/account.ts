import { load, store } from "#shared/atomic/index";
import type { Scenario } from "../define.ts";
import { type IntParam, int } from "../params.ts";
import { program } from "./words.ts";

type AccountParams = { readonly n: IntParam };

const definition: Scenario<AccountParams> = program({
  name: "account",
  about: "n+1 tasks that read an amount and write it changed, without a lock",
  params: {
    n: int(1, 8, 2, "tasks beside the first"),
  },
  words: () => 1,
  tasks: ({ n }) => n + 1,
  *body(base, _params, task) {
    const amount = yield* load(base);
    yield* store(base, amount + task);
  },
});

export default definition;
