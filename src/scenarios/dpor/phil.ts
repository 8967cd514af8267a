import { exchangeWhen, store } from "#shared/atomic/index";
import type { Scenario } from "../define.ts";
import { type IntParam, int } from "../params.ts";
import { program } from "./words.ts";

type PhilParams = { readonly n: IntParam };

const definition: Scenario<PhilParams> = program({
  name: "phil",
  about: "dining philosophers, each taking the left fork first: one deadlock",
  params: {
    n: int(2, 12, 3, "tasks"),
  },
  words: ({ n }) => n,
  expect: "violated",
  tasks: ({ n }) => n,
  *body(base, { n }, task) {
    const [left, right] = [task, (task + 1) % n];
    yield* exchangeWhen(base + left, 0, 1);
    yield* exchangeWhen(base + right, 0, 1);
    yield* store(base + right, 0);
    yield* store(base + left, 0);
  },
});

export default definition;
