import { type Addr, add, load, peek, type Step } from "#shared/atomic/index";
import { allocateWords } from "#shared/memory/object";
import { krefGet, krefGetUnlessZero, krefInit, krefPut } from "#shared/sync/kref";
import {
  Lru,
  LruNode,
  lruAddTail,
  lruFirst,
  lruMoveTail,
  lruOf,
  lruPages,
  lruRemove,
} from "#shared/sync/lru";
import { Mutex, mutexLock, mutexUnlock } from "#shared/sync/mutex";
import type { Program } from "../program.ts";
import { must, mustRest } from "./helpers.ts";

type Params = { tasks: number; rounds: number; objects: number };

const LOCK = 0;
const LIST = LOCK + Mutex.size;
const OBJECTS = LIST + Lru.size;
/** An object: its list node, its references, how often it was released. */
const REFS = LruNode.size;
const RELEASED = REFS + 1;
const SIZE = RELEASED + 1;

/**
 * Objects on a list are looked up without owning a reference and dropped by everybody: each is released once, by
 * the last put, and never found after that. Returns how many lookups found something.
 */
const lookup: Program<Params> = {
  name: "lookup",

  *setup(heap, params) {
    const root = yield* allocateWords(heap, 1, OBJECTS + params.objects * SIZE);
    for (let index = 0; index < params.objects; index++) {
      const object = root + OBJECTS + index * SIZE;
      yield* krefInit(object + REFS);
      yield* lruAddTail(root + LIST, object, index + 1);
    }
    return root;
  },

  *task(root, task, params) {
    let found = 0;
    for (let round = 0; round < params.rounds; round++) {
      const object = yield* find(root);
      if (object !== 0) {
        found++;
        yield* use(root, object);
      }
      // The first reference of each object goes somewhere in the middle.
      const index = round - Math.floor(params.rounds / 2);
      if (task === 0 && index >= 0 && index < params.objects) yield* put(root, root + OBJECTS + index * SIZE);
    }
    return found;
  },

  *check(root, params) {
    for (let index = 0; index < params.objects; index++) {
      const object = root + OBJECTS + index * SIZE;
      must(
        (yield* load(object + RELEASED)) === 1,
        `object ${index} was released ${peek(object + RELEASED)} times`,
      );
      must((yield* load(object + REFS)) === 0, `object ${index} has ${peek(object + REFS)} references left`);
    }
    must((yield* lruPages(root + LIST)) === 0, "pages are left on the list");
    mustRest(root, OBJECTS, "lock and list");
  },
};

export default lookup;

/** The least recently used object that is not being released, with a reference; it becomes the most recent. */
function* find(root: Addr): Step<Addr> {
  yield* mutexLock(root + LOCK);
  let object = yield* lruFirst(root + LIST);
  if (object !== 0 && !(yield* krefGetUnlessZero(object + REFS))) object = 0;
  if (object !== 0) yield* lruMoveTail(root + LIST, object, 2);
  yield* mutexUnlock(root + LOCK);
  return object;
}

/** Drops the reference that `find` took, and one more that a user of the object would take. */
function* use(root: Addr, object: Addr): Step<void> {
  must((yield* load(object + RELEASED)) === 0, "a released object was found");
  yield* krefGet(object + REFS);
  yield* put(root, object);
  yield* put(root, object);
}

function* put(root: Addr, object: Addr): Step<void> {
  if (!(yield* krefPut(object + REFS))) return;
  yield* add(object + RELEASED, 1);
  yield* mutexLock(root + LOCK);
  must((yield* lruOf(object)) === root + LIST, "not on the list");
  yield* lruRemove(object);
  yield* mutexUnlock(root + LOCK);
}
