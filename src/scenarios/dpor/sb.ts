import { load, store } from "#shared/atomic/index";
import type { Scenario } from "../define.ts";
import { type IntParam, int } from "../params.ts";
import { program } from "./words.ts";

type SbParams = { readonly n: IntParam };

const definition: Scenario<SbParams> = program({
  name: "sb",
  about: "store buffering in a ring: write the own word, read the next",
  params: {
    n: int(1, 16, 3, "tasks"),
  },
  words: ({ n }) => n,
  tasks: ({ n }) => n,
  *body(base, { n }, task) {
    yield* store(base + task, 1);
    yield* load(base + ((task + 1) % n));
  },
});

export default definition;
