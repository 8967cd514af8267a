import { type Addr, choose, peek, poke, type Step } from "#shared/atomic/index";
import { downRead, downWrite, Rwsem, upRead, upWrite } from "#shared/sync/rwsem";
import { currentTask } from "#shared/task";
import { type IntParam, int } from "../params.ts";
import { type SectionParams, sectionParams } from "./common.ts";
import { type SectionPath, sectionPath } from "./define.ts";
import { anyLock, lockAt, lockWorld, lockWorldWords } from "./guarded.ts";

// Readers must not count in the word that the lock guards: each task has a counter of its own, a line each.
const SIZE = Rwsem.size;
const LINE = 16;
const MOST_TASKS = 64;

function* enter(root: Addr, { reads }: { readonly reads: number }): Step<Addr> {
  const sem = yield* anyLock(root);
  const reader = reads === 100 || (reads > 0 && (yield* choose(100)) < reads);
  if (reader) yield* downRead(sem);
  else yield* downWrite(sem);
  const counter = sem + LINE * (1 + currentTask());
  poke(counter + 1, reader ? 1 : 0);
  return counter;
}

function* leave(_root: Addr, counter: Addr): Step<void> {
  const sem = counter - LINE * (1 + currentTask());
  if (peek(counter + 1) === 1) yield* upRead(sem);
  else yield* upWrite(sem);
}

type RwsemParams = SectionParams & { readonly reads: IntParam };

const definition: SectionPath<RwsemParams> = sectionPath({
  name: "rwsem/lock",
  about: "takes a rwsem to read or to write, counts, releases it",
  lockClass: "rwsem",
  params: { ...sectionParams(), reads: int(0, 100, 0, "acquisitions in a hundred that read") },
  tasks: ({ tasks }) => tasks,
  worldWords: ({ objects }) => lockWorldWords(objects, SIZE + LINE * (1 + MOST_TASKS)),
  *setup(heap, { objects }) {
    return yield* lockWorld(heap, objects, SIZE + LINE * (1 + MOST_TASKS));
  },
  enter,
  leave,
  *sum(root, { objects, tasks }) {
    let sum = 0;
    for (let index = 0; index < objects; index++)
      for (let task = 0; task < tasks; task++)
        sum = (sum + peek(lockAt(root, index) + LINE * (1 + task))) | 0;
    return sum;
  },
});
export default definition;
