import { exchangeWhen, store } from "#shared/atomic/index";
import type { Scenario } from "../define.ts";
import { type IntParam, int } from "../params.ts";
import { program } from "./words.ts";

type PhilOrdParams = { readonly n: IntParam };

const definition: Scenario<PhilOrdParams> = program({
  name: "phil_ord",
  about: "dining philosophers, each taking the lower fork first: no deadlock",
  params: {
    n: int(2, 12, 3, "tasks"),
  },
  words: ({ n }) => n,
  tasks: ({ n }) => n,
  *body(base, { n }, task) {
    const next = (task + 1) % n;
    const [left, right] = [Math.min(task, next), Math.max(task, next)];
    yield* exchangeWhen(base + left, 0, 1);
    yield* exchangeWhen(base + right, 0, 1);
    yield* store(base + right, 0);
    yield* store(base + left, 0);
  },
});

export default definition;
