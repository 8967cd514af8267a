import { exchangeWhen, load, store } from "#shared/atomic/index";
import type { Scenario } from "../define.ts";
import { type IntParam, int } from "../params.ts";
import { program } from "./words.ts";

type AccountLkParams = { readonly n: IntParam };

const definition: Scenario<AccountLkParams> = program({
  name: "account_lk",
  about: "n+1 tasks that read an amount and write it changed, under a lock",
  params: {
    n: int(1, 8, 2, "tasks beside the first"),
  },
  words: () => 2,
  tasks: ({ n }) => n + 1,
  *body(base, _params, task) {
    yield* exchangeWhen(base + 1, 0, 1);
    const amount = yield* load(base);
    yield* store(base, amount + task);
    yield* store(base + 1, 0);
  },
});

export default definition;
