import { type Addr, peek, type Step, write } from "#shared/atomic/index";
import type { FreeDesign } from "#shared/drm/designs";
import { Device } from "#shared/drm/device";
import { DmaResv, dmaResvInit, dmaResvLock, dmaResvLockSlow, dmaResvUnlock } from "#shared/drm/dma-resv";
import { gemPut } from "#shared/drm/gem";
import { resvOf } from "#shared/drm/gem-object";
import { EDEADLK } from "#shared/errno";
import { allocate } from "#shared/memory/object";
import { type Layout, struct } from "#shared/memory/struct";
import { Completion, complete, waitForCompletion } from "#shared/sync/completion";
import { WwContext, wwAcquireFini, wwAcquireInit } from "#shared/sync/ww-context";
import { type Cell, type Scenario, scenario } from "../define.ts";
import { type ChoiceParam, choice } from "../params.ts";
import { idleWorker } from "../shmem/world.ts";
import { cell, expectationOf } from "./cells.ts";
import { checkImportFreed, IMPORT_WORLD, makeImport } from "./imports.ts";
import { design, deviceOfWorld, neighbourWorld, objectOfWorld, otherOfWorld, setOther } from "./world.ts";

const others = ["none", "older", "younger"] as const;
type Other = (typeof others)[number];

type N7Params = { readonly design: ChoiceParam<FreeDesign>; readonly other: ChoiceParam<Other> };

/** Lock A, the exported object whose lock is B, two contexts, and what the one that begins later waits for. */
const TwoLocks: Layout<"a" | "b" | "ctx1" | "ctx2" | "begun"> = struct("n7_locks", {
  a: DmaResv,
  b: "plain",
  ctx1: WwContext,
  ctx2: WwContext,
  begun: Completion,
});

const { a: A, b: B, ctx1: CTX1, ctx2: CTX2, begun: BEGUN } = TwoLocks.at;

function cellOf({ design: freed, other }: { design: FreeDesign; other: Other }): Cell {
  if (freed === "deferred")
    return other === "none"
      ? cell(
          "the import is left to the worker, which holds nothing; the other's two locks are the report",
          "lockdep",
          "contention",
        )
      : cell("the import is left to the worker, which holds nothing", "contention");
  if (other === "younger")
    return cell(
      "the other is younger and backs off; a lock without a context under another is the report",
      "lockdep",
      "contention",
      "warning",
    );
  return cell(
    "the free waits for B under A, outside of its context; the other waits for A under B",
    "lockdep",
    "deadlock",
    "contention",
    "warning",
  );
}

/** Holds A in a context, and drops the last reference of the import. */
function* putUnderA(root: Addr, other: Other): Step<void> {
  const locks = otherOfWorld(root);
  const wwClass = deviceOfWorld(root) + Device.at.resvClass;
  if (other === "older") yield* waitForCompletion(locks + BEGUN);
  yield* wwAcquireInit(locks + CTX1, wwClass);
  if (other === "younger") yield* complete(locks + BEGUN);
  yield* dmaResvLock(locks + A, locks + CTX1);
  yield* gemPut(objectOfWorld(root));
  yield* dmaResvUnlock(locks + A);
  yield* wwAcquireFini(locks + CTX1);
  yield* idleWorker(deviceOfWorld(root));
}

/** Takes B and then A, as a job of the exporter's does; in a context it backs off where it is told to. */
function* bThenA(root: Addr, other: Other): Step<void> {
  const locks = otherOfWorld(root);
  const b = yield* resvOf(peek(locks + B));
  if (other === "none") {
    yield* dmaResvLock(b, 0);
    yield* dmaResvLock(locks + A, 0);
  } else {
    if (other === "younger") yield* waitForCompletion(locks + BEGUN);
    yield* wwAcquireInit(locks + CTX2, deviceOfWorld(root) + Device.at.resvClass);
    if (other === "older") yield* complete(locks + BEGUN);
    yield* dmaResvLock(b, locks + CTX2);
    if ((yield* dmaResvLock(locks + A, locks + CTX2)) === EDEADLK) {
      yield* dmaResvUnlock(b);
      yield* dmaResvLockSlow(locks + A, locks + CTX2);
      yield* dmaResvUnlock(locks + A);
      yield* wwAcquireFini(locks + CTX2);
      return yield* gemPut(peek(locks + B));
    }
  }
  yield* dmaResvUnlock(locks + A);
  yield* dmaResvUnlock(b);
  if (other !== "none") yield* wwAcquireFini(locks + CTX2);
  yield* gemPut(peek(locks + B));
}

const definition: Scenario<N7Params> = scenario({
  name: "neighbour/n7-import-free-under-resv",
  claim: "an import may be freed under another object's lock",
  source:
    "drm_prime.c: drm_prime_gem_destroy() takes the exporter's lock without a context; drm/ttm d99fbd9aab62 (2024)",
  params: { design, other: choice(others, "none", "the context of the task that has the exporter's lock") },
  expect: "violated",
  expected: (params) => expectationOf(cellOf(params)),
  variants: others.map((other) => ({ other })),
  cell: cellOf,
  mutants: {},
  modes: ["batch"],
  worldWords: () => IMPORT_WORLD + 80,
  *setup(heap, params) {
    const root = yield* neighbourWorld(heap, { design: params.design, algorithm: "wait-die" });
    const locks = yield* allocate(heap, TwoLocks);
    const exported = yield* makeImport(root, heap);
    yield* dmaResvInit(locks + A, deviceOfWorld(root) + Device.at.resvClass);
    yield* write(locks + B, exported);
    yield* setOther(root, locks);
    return root;
  },
  tasks: ({ other }) => [
    {
      name: "put",
      *run(root) {
        yield* putUnderA(root, other);
      },
    },
    {
      name: "b-then-a",
      *run(root) {
        yield* bThenA(root, other);
      },
    },
  ],
  *check(root, _params, heap) {
    yield* checkImportFreed(root, heap, 1);
  },
});

export default definition;
