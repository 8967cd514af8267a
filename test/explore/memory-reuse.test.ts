import { describe, expect, test } from "vitest";
import { type Reuse, type Scenario, scenario } from "#scenarios/define";
import { type Addr, load, type Step, store } from "#shared/atomic/index";
import { allocateWords, free } from "#shared/memory/object";
import { report } from "#shared/violation";
import { met } from "./kinds.ts";

/** A stale pointer, its owner who frees, and another task that allocates as much. */
function world(reuse: Reuse | undefined): Scenario {
  const [HEAP, OBJECT] = [0, 1];
  function* owner(root: Addr): Step<void> {
    const heap = yield* load(root + HEAP);
    yield* free(heap, yield* load(root + OBJECT));
  }
  function* other(root: Addr): Step<void> {
    const heap = yield* load(root + HEAP);
    const mine = yield* allocateWords(heap, 0, 3);
    yield* store(mine, 7);
    if ((yield* load(mine)) !== 7) report("invariant", mine, 0);
  }
  function* stale(root: Addr): Step<void> {
    yield* store(yield* load(root + OBJECT), 1);
  }
  return scenario({
    name: "test/reuse",
    claim: "",
    source: "",
    params: {},
    expect: "violated",
    mutants: {},
    modes: ["batch"],
    ...(reuse === undefined ? {} : { reuse }),
    worldWords: () => 64,
    *setup(heap) {
      const root = yield* allocateWords(heap, 0, 2);
      yield* store(root + HEAP, heap);
      yield* store(root + OBJECT, yield* allocateWords(heap, 0, 3));
      return root;
    },
    tasks: () => [
      { name: "owner", run: owner },
      { name: "other", run: other },
      { name: "stale", run: stale },
    ],
    *check() {},
  }) as unknown as Scenario;
}

describe("a stale pointer", () => {
  test("meets freed memory only, where nothing is used again", () => {
    expect(met({ definition: world(undefined) }).kinds).toEqual(["use-after-free"]);
    expect(met({ definition: world("never") }).kinds).toEqual(["use-after-free"]);
  });

  test("meets another's object too, where memory is used again at once", () => {
    expect(met({ definition: world("at once") }).kinds).toEqual(["invariant", "use-after-free"]);
  });

  test.each(["never", "at once"] as const)(
    "meets the same in each trace as in each interleaving (%s)",
    (reuse) => {
      const all = met({ definition: world(reuse), strategy: "dfs" });
      const traces = met({ definition: world(reuse) });
      expect(traces.kinds).toEqual(all.kinds);
      expect(traces.executions).toBeLessThan(all.executions);
    },
  );
});
