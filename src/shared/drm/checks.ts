import { type Addr, peek } from "../atomic/index.ts";
import { countFor, STAT } from "../stats.ts";
import { Lru, LruNode } from "../sync/lru.ts";
import { ownerOf } from "../sync/owner-word.ts";
import { currentOwnerWord } from "../task.ts";
import { report } from "../violation.ts";
import { Shmem } from "./gem-object.ts";

// What lockdep cannot see. Each check looks at words that nobody but this task can change at that moment: its own holds,
// and what the locks it holds protect. So they are no steps, and cost a race a few bare loads.

const { pages: PAGES, pagesUseCount: USES, pagesPinCount: PINS, vmapUseCount: VMAPS } = Shmem.at;

/** Members of a list that a check follows: a corrupt one may go round. */
const LONGEST = 4096;

/**
 * The refcount has just reached zero in this task: counts it if the task holds the object's own lock, which goes with the
 * object, or the lock of its list, which the free needs. `resv` is the object's lock. No violation yet: that depends on
 * what the free does.
 */
export function checkLastPut(resv: Addr, lruLock: Addr): void {
  const me = currentOwnerWord();
  if (ownerOf(peek(resv)) === me || ownerOf(peek(lruLock)) === me) countFor(STAT.PUTS_UNDER_LOCK, 1);
}

/**
 * The reservation lock is about to be released: `invariant` if the counts of a live object contradict one another. Pages
 * are there exactly while they are used (unless they are swapped out or purged); a pin is a use; a kernel mapping is a pin.
 */
export function checkCounts(object: Addr): void {
  const uses = peek(object + USES);
  const isAway = peek(object + Shmem.at.evicted) !== 0 || peek(object + Shmem.at.madv) < 0;
  const arePinned = peek(object + PINS) > 0;
  const arePagesRight = peek(object + PAGES) !== 0 ? uses !== 0 : uses === 0 || isAway;
  const agree = arePagesRight && (!arePinned || uses > 0) && (peek(object + VMAPS) === 0 || arePinned);
  if (!agree) report("invariant", object, uses);
}

/** The lock of the list is about to be released: `list-corruption` if its pages are not the sum of its members'. */
export function checkLru(lru: Addr): void {
  let pages = 0;
  let node = peek(lru + Lru.at.first);
  for (let seen = 0; node !== 0 && peek(node + LruNode.at.lru) === lru && seen < LONGEST; seen++) {
    pages += peek(node + LruNode.at.pages);
    node = peek(node + LruNode.at.next);
  }
  if (node !== 0 || pages !== peek(lru + Lru.at.pages)) report("list-corruption", lru, pages);
}
