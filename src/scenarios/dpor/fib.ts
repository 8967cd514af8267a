import { load, store } from "#shared/atomic/index";
import type { Scenario } from "../define.ts";
import { type IntParam, int } from "../params.ts";
import { program } from "./words.ts";

type FibParams = { readonly n: IntParam };

const definition: Scenario<FibParams> = program({
  name: "fib",
  about: "two tasks that add two words into one another, n times each",
  params: {
    n: int(1, 16, 2, "turns a task"),
  },
  words: () => 2,
  *initial(base) {
    yield* store(base, 1);
    yield* store(base + 1, 1);
  },
  tasks: () => 2,
  *body(base, { n }, task) {
    const [own, other] = [base + task, base + 1 - task];
    for (let turn = 0; turn < n; turn++) {
      const before = yield* load(own);
      const added = yield* load(other);
      yield* store(own, before + added);
    }
  },
});

export default definition;
