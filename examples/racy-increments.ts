import { type Addr, allocate, int, read, type Step, scenario, struct, write } from "refzero";

const Counter = struct("counter", { value: "plain" });

function* increment(counter: Addr, { increments }: { readonly increments: number }): Step<void> {
  for (let turn = 0; turn < increments; turn++) {
    const before = yield* read(counter);
    yield* write(counter, before + 1);
  }
}

// The same race as in counter.ts, in any size, and nothing is said about the sum: what is left is the search itself,
// which is what `npm run bench -- explore` measures with it.
export default scenario({
  name: "mine/racy-increments",
  claim: "tasks may add to one word without a lock",
  source: "bench/paths/explore-rate.mjs",
  params: {
    tasks: int(1, 16, 3, "tasks"),
    increments: int(1, 64, 1, "increments of each"),
  },
  expect: "violated",
  mutants: {},
  modes: ["batch"],
  worldWords: () => 32,
  setup: function* (heap) {
    return yield* allocate(heap, Counter);
  },
  tasks: ({ tasks }) => Array.from({ length: tasks }, (_, index) => ({ name: `t${index}`, run: increment })),
  *check() {},
});
