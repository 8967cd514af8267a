import { type Addr, notify, read, type Step, store, wait, write } from "#shared/atomic/index";
import { allocate } from "#shared/memory/object";
import { type Layout, struct } from "#shared/memory/struct";
import { countFor, STAT } from "#shared/stats";
import { report } from "#shared/violation";
import { type Scenario, scenario } from "../define.ts";
import { type Fixed, fixedParam } from "./fixed.ts";

const Cell: Layout<"value"> = struct("cell", { value: "atomic" });

function* worker(cell: Addr, { fixed }: { readonly fixed: string }): Step<void> {
  if (fixed === "false") {
    yield* write(cell, 1);
    return;
  }
  yield* store(cell, 1);
  yield* notify(cell, 1);
}

function* main(cell: Addr): Step<void> {
  countFor(STAT.OPS, 1);
  yield* wait(cell, 0);
  const value = yield* read(cell);
  if (value !== 1) report("invariant", cell, value);
}

type Params = { readonly fixed: Fixed };

const definition: Scenario<Params> = scenario({
  name: "report/44-store-without-notify",
  claim: "a thread that waits for a cell to change goes on once it has changed",
  source: "nodejs/node#31246",
  params: { fixed: fixedParam },
  expect: "violated",
  expected: ({ fixed }) =>
    fixed === "true"
      ? { verdict: "holds", kinds: [], why: "whoever sleeps on the cell is notified after the store" }
      : {
          verdict: "violated",
          kinds: ["lost-wakeup"],
          why: "the store comes after the wait, and nobody is notified; it is plain, so it races with the wait, too",
        },
  variants: [{ fixed: "false" }, { fixed: "true" }],
  foundBy: ["explore"],
  mutants: {},
  modes: ["batch"],
  worldWords: () => 16,
  *setup(heap) {
    return yield* allocate(heap, Cell);
  },
  tasks: () => [
    { name: "main", run: main },
    { name: "worker", run: worker },
  ],
  *check() {},
});

export default definition;
