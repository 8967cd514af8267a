import { type Addr, peek, type Step, write } from "../atomic/index.ts";
import { PagePool } from "./page-pool.ts";

const { oomType: TYPE, oomOwner: OWNER } = PagePool.at;

/** What is asked for pages once reclaim has failed. @kernel include/linux/oom.h: register_oom_notifier() */
export interface OomNotifierOps {
  /** Frees pages; returns how many. Runs with every lock of the allocator, so it only tries locks. */
  readonly notify: (owner: Addr) => Step<number>;
}

const types = new Map<number, OomNotifierOps>();

/** Makes a kind of notifier known in this thread. `type` is above 0 and the same in every thread. */
export function defineOomNotifier(type: number, ops: OomNotifierOps): void {
  types.set(type, ops);
}

/** Registers the pool's notifier. Alone, before tasks run. @kernel mm/oom_kill.c: register_oom_notifier() */
export function* registerOomNotifier(pool: Addr, type: number, owner: Addr): Step<void> {
  yield* write(pool + TYPE, type);
  yield* write(pool + OWNER, owner);
}

/** Asks the notifier, if there is one; pages freed. @kernel mm/oom_kill.c: out_of_memory() */
export function* outOfMemory(pool: Addr): Step<number> {
  const ops = types.get(peek(pool + TYPE));
  if (ops === undefined) return 0;
  return yield* ops.notify(peek(pool + OWNER));
}
