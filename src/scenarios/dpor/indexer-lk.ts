import { type Addr, exchangeWhen, load, type Step, store } from "#shared/atomic/index";
import type { Scenario } from "../define.ts";
import { type IntParam, int } from "../params.ts";
import { program } from "./words.ts";

type IndexerLkParams = { readonly n: IntParam };

const SIZE = 128;

function* insert(base: Addr, slot: number, value: number): Step<boolean> {
  yield* exchangeWhen(base + SIZE + slot, 0, 1);
  const free = (yield* load(base + slot)) === 0;
  if (free) yield* store(base + slot, value);
  yield* store(base + SIZE + slot, 0);
  return free;
}

const definition: Scenario<IndexerLkParams> = program({
  name: "indexer_lk",
  about: "tasks that insert four numbers each into a hash table with a lock a slot",
  params: {
    n: int(1, 32, 12, "tasks"),
  },
  words: () => 2 * SIZE,
  tasks: ({ n }) => n,
  *body(base, _params, task) {
    for (let m = 1; m <= 4; m++) {
      const value = 11 * m + task;
      let slot = (7 * value) % SIZE;
      while (!(yield* insert(base, slot, value))) slot = (slot + 1) % SIZE;
    }
  },
});

export default definition;
