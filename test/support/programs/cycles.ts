import { type Addr, type Step, store } from "#shared/atomic/index";
import { allocateWords } from "#shared/memory/object";
import { mutexLock, mutexUnlock } from "#shared/sync/mutex";
import { downRead, downWrite, upRead, upWrite } from "#shared/sync/rwsem";
import { spinLock, spinUnlock } from "#shared/sync/spinlock";
import type { Program } from "../program.ts";

/** A kind of lock; `rwsem-upgrade` reads, then writes. */
export type Kind = "spinlock" | "mutex" | "rwsem-write" | "rwsem-upgrade";

type Params = { tasks: number; kind: Kind; orders: string };

const SIZE = 8;

/** Each task takes locks in the order its word says: "AB,BA" is the classic. Ends in a deadlock, or does not. */
const cycles: Program<Params> = {
  name: "cycles",

  *setup(heap) {
    const root = yield* allocateWords(heap, 1, SIZE * 4);
    yield* store(root, 0);
    return root;
  },

  *task(root, task, params) {
    const order = params.orders.split(",")[task] ?? "";
    for (let place = 0; place < order.length; place++) yield* take(root, order, place, params.kind);
    for (let place = order.length - 1; place >= 0; place--) yield* drop(root, order, place, params.kind);
  },
};

export default cycles;

function lockAt(root: Addr, order: string, place: number): Addr {
  return root + ((order.codePointAt(place) ?? 0) - ("A".codePointAt(0) ?? 0)) * SIZE;
}

function reads(kind: Kind, place: number): boolean {
  return kind === "rwsem-upgrade" && place === 0;
}

function* take(root: Addr, order: string, place: number, kind: Kind): Step<void> {
  const lock = lockAt(root, order, place);
  if (kind === "spinlock") return yield* spinLock(lock);
  if (kind === "mutex") return yield* mutexLock(lock);
  if (reads(kind, place)) return yield* downRead(lock);
  yield* downWrite(lock);
}

function* drop(root: Addr, order: string, place: number, kind: Kind): Step<void> {
  const lock = lockAt(root, order, place);
  if (kind === "spinlock") return yield* spinUnlock(lock);
  if (kind === "mutex") return yield* mutexUnlock(lock);
  if (reads(kind, place)) return yield* upRead(lock);
  yield* upWrite(lock);
}
