import { expect, test } from "vitest";
import { type Scenario, scenario } from "#scenarios/define";
import type { Addr, Step } from "#shared/atomic/index";
import { peek, write } from "#shared/atomic/index";
import { allocate, free } from "#shared/memory/object";
import { type Layout, struct } from "#shared/memory/struct";
import { WwClass, wwClassInit } from "#shared/sync/ww-context";
import { WwMutex, wwMutexInit, wwMutexTrylock } from "#shared/sync/ww-mutex";
import { findingsAtEnd } from "../../src/explore/findings.ts";
import { Machine } from "../../src/explore/machine.ts";
import { searchTraces } from "../../src/explore/strategy/dpor.ts";

const Root: Layout<"heap" | "object"> = struct("freed_lock_root", { heap: "plain", object: "plain" });

const definition = scenario({
  name: "test/freed-lock",
  claim: "",
  source: "",
  params: {},
  expect: "violated",
  mutants: {},
  modes: ["batch"],
  worldWords: () => 256,
  *setup(heap) {
    const root = yield* allocate(heap, Root);
    const wwClass = yield* allocate(heap, WwClass);
    const lock = yield* allocate(heap, WwMutex);
    yield* wwClassInit(wwClass, "wound-wait");
    yield* wwMutexInit(lock, wwClass);
    yield* write(root + Root.at.heap, heap);
    yield* write(root + Root.at.object, lock);
    return root;
  },
  tasks: () => [
    {
      name: "frees",
      *run(root: Addr): Step<void> {
        yield* free(peek(root + Root.at.heap), peek(root + Root.at.object));
      },
    },
    {
      name: "tries",
      *run(root: Addr): Step<void> {
        yield* wwMutexTrylock(peek(root + Root.at.object), 0);
      },
    },
  ],
  *check() {},
}) as unknown as Scenario;

// The operation's word is its class, which the free does not touch: the lock itself has to count as well.
test("a lock that is tried before and after the free of what it lies in: two traces, one of them a use after free", () => {
  const machine = new Machine(definition, {}, "lock");
  const kinds: string[] = [];
  const { executions } = searchTraces(machine, { executions: 100, steps: 100 }, () => {
    kinds.push(findingsAtEnd(machine)[0]?.kind ?? "none");
    return true;
  });
  expect({ executions, kinds: kinds.sort() }).toEqual({ executions: 2, kinds: ["none", "use-after-free"] });
});
