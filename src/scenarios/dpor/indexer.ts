import { compareExchange } from "#shared/atomic/index";
import type { Scenario } from "../define.ts";
import { type IntParam, int } from "../params.ts";
import { program } from "./words.ts";

type IndexerParams = { readonly n: IntParam };

const SIZE = 128;

const definition: Scenario<IndexerParams> = program({
  name: "indexer",
  about: "tasks that insert four numbers each into a hash table by compare-and-exchange",
  params: {
    n: int(1, 32, 12, "tasks"),
  },
  words: () => SIZE,
  tasks: ({ n }) => n,
  *body(base, _params, task) {
    for (let m = 1; m <= 4; m++) {
      const value = 11 * m + task;
      let slot = (7 * value) % SIZE;
      while ((yield* compareExchange(base + slot, 0, value)) !== 0) slot = (slot + 1) % SIZE;
    }
  },
});

export default definition;
