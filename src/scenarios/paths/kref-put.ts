import type { Addr, Step } from "#shared/atomic/index";
import { allocate } from "#shared/memory/object";
import { type Layout, struct } from "#shared/memory/struct";
import { refcountDecAndTest, refcountInc, refcountRead, refcountSet } from "#shared/sync/refcount";
import { report } from "#shared/violation";
import type { IntParam } from "../params.ts";
import { tasksParam } from "./common.ts";
import { type WholePath, wholePath } from "./define.ts";

const Counted: Layout<"refcount"> = struct("counted", { refcount: "atomic" });

function* op(root: Addr): Step<void> {
  yield* refcountInc(root);
  if (yield* refcountDecAndTest(root)) report("invariant", root, 0);
}

const definition: WholePath<{ readonly tasks: IntParam }> = wholePath({
  name: "kref/put",
  about: "takes a reference and drops it",
  params: { tasks: tasksParam(1) },
  tasks: ({ tasks }) => tasks,
  worldWords: () => 256,
  *setup(heap) {
    const root = yield* allocate(heap, Counted);
    yield* refcountSet(root, 1);
    return root;
  },
  op,
  *check(root) {
    const left = yield* refcountRead(root);
    if (left !== 1) report("invariant", root, left);
  },
});
export default definition;
