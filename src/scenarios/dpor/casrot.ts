import { compareExchange } from "#shared/atomic/index";
import type { Scenario } from "../define.ts";
import { type IntParam, int } from "../params.ts";
import { program } from "./words.ts";

type CasrotParams = { readonly n: IntParam };

const definition: Scenario<CasrotParams> = program({
  name: "casrot",
  about: "n tasks, each swapping its predecessor's number for its own",
  params: {
    n: int(1, 16, 3, "tasks"),
  },
  words: () => 1,
  tasks: ({ n }) => n,
  *body(base, _params, task) {
    yield* compareExchange(base, task, task + 1);
  },
});

export default definition;
