import { loadWhen, store } from "#shared/atomic/index";
import type { Scenario } from "../define.ts";
import { type IntParam, int } from "../params.ts";
import { program } from "./words.ts";

type AwaitParams = { readonly n: IntParam };

const definition: Scenario<AwaitParams> = program({
  name: "await",
  about: "a task that sets a flag and n that wait for it have one trace",
  params: {
    n: int(1, 16, 3, "waiting tasks"),
  },
  words: () => 1,
  tasks: ({ n }) => n + 1,
  *body(base, _params, task) {
    if (task === 0) yield* store(base, 1);
    else yield* loadWhen(base, 1);
  },
});

export default definition;
