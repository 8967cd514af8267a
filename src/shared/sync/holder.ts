import type { Addr } from "../atomic/index.ts";
import { WAIT_KIND } from "../task.ts";
import { ownerTask, PICKUP } from "./owner-word.ts";
import { Rwsem } from "./rwsem.ts";
import { RWSEM } from "./rwsem-slow.ts";

/** Who holds what a task waits for, for those who look on. */
export interface Holder {
  /** Task that holds the lock, or -1: nobody, or nobody known by name. */
  readonly owner: number;
  /** Whether anybody holds it. The readers of a rwsem are not known one by one. */
  readonly held: boolean;
}

const NOBODY: Holder = { owner: -1, held: false };
const RWSEM_HELD = ~(RWSEM.WAITING | RWSEM.HANDOFF);

/** The holder of `lock`, which a task waits for as `kind` (one of `WAIT_KIND`) says. `look` reads a word. */
export function holderOf(look: (addr: Addr) => number, lock: Addr, kind: number): Holder {
  if (lock === 0) return NOBODY;
  const word = look(lock);
  switch (kind) {
    case WAIT_KIND.LOCK: {
      // Handed over to a sleeper that is about to be woken: it does not wait for itself.
      const owner = (word & PICKUP) !== 0 ? -1 : ownerTask(word);
      return { owner, held: owner >= 0 };
    }
    case WAIT_KIND.SPIN:
      return { owner: word - 1, held: word !== 0 };
    case WAIT_KIND.READ:
    case WAIT_KIND.WRITE:
      return { owner: look(lock + Rwsem.at.writer) - 1, held: (word & RWSEM_HELD) !== 0 };
    default:
      return NOBODY;
  }
}
