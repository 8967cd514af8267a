import { type Addr, add, type Step } from "#shared/atomic/index";
import { allocateWords } from "#shared/memory/object";
import type { IntParam } from "../params.ts";
import { tasksParam } from "./common.ts";
import { type WholePath, wholePath } from "./define.ts";

function* op(root: Addr): Step<void> {
  yield* add(root, 1);
  yield* add(root, -1);
}

const definition: WholePath<{ readonly tasks: IntParam }> = wholePath({
  name: "bare/add-sub",
  about: "an atomic add and an atomic subtract: what kref/put is measured by",
  params: { tasks: tasksParam(1) },
  tasks: ({ tasks }) => tasks,
  worldWords: () => 256,
  *setup(heap) {
    return yield* allocateWords(heap, 0, 16);
  },
  op,
});
export default definition;
