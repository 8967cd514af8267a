import { type Addr, allocate, read, report, type Step, scenario, struct, write } from "refzero";

const Counter = struct("counter", { value: "plain" });

function* increment(counter: Addr): Step<void> {
  const before = yield* read(counter);
  yield* write(counter, before + 1);
}

export default scenario({
  name: "mine/counter",
  claim: "two increments make two",
  source: "README",
  params: {},
  expect: "holds",
  mutants: {},
  modes: ["batch"],
  worldWords: () => 32,
  setup: function* (heap) {
    return yield* allocate(heap, Counter);
  },
  tasks: () => [
    { name: "first", run: increment },
    { name: "second", run: increment },
  ],
  *check(counter) {
    const value = yield* read(counter);
    if (value !== 2) report("invariant", counter, value);
  },
});
