import { compareExchange, exchangeWhen, store } from "#shared/atomic/index";
import type { Scenario } from "../define.ts";
import { type IntParam, int } from "../params.ts";
import { program } from "./words.ts";

type PhiltryParams = { readonly n: IntParam };

const definition: Scenario<PhiltryParams> = program({
  name: "philtry",
  about: "dining philosophers who only try the second fork: no deadlock",
  params: {
    n: int(2, 12, 2, "tasks"),
  },
  words: ({ n }) => n,
  tasks: ({ n }) => n,
  *body(base, { n }, task) {
    const right = base + ((task + 1) % n);
    yield* exchangeWhen(base + task, 0, 1);
    if ((yield* compareExchange(right, 0, 1)) === 0) yield* store(right, 0);
    yield* store(base + task, 0);
  },
});

export default definition;
