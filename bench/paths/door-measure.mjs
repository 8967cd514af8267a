import { rounds } from "../rounds.mjs";
import { SPARE, words, world } from "../world.mjs";

const { deviceCreate, Device } = await import("#shared/drm/device");
const { gemLookup, handleCreate } = await import("#shared/drm/gem-handle");
const { gemPut } = await import("#shared/drm/gem");
const { shmemCreate } = await import("#shared/drm/gem-object");
const { takePages, freePages } = await import("#shared/mm/page-pool");

const TABLE_LOCK = SPARE;
const SLOTS = SPARE + 16;
const TABLE_POINTER = SPARE + 17;
const TABLE = SPARE + 32;
const OBJECT = SPARE + 48;
const POOL = SPARE + 64;

// The same memory operations by hand: what a careful programmer would write for this one path, with the handle's
// range, the table behind its pointer, and a look at who holds the lock before it is released.
function lookupByHand(handle) {
  if (handle < 1 || handle > words[SLOTS]) return 0;
  while (Atomics.compareExchange(words, TABLE_LOCK, 0, 1) !== 0);
  const object = words[words[TABLE_POINTER] + handle - 1];
  if (object > 0 && Atomics.add(words, object, 1) <= 0) throw new Error("get at zero");
  if (words[TABLE_LOCK] !== 1) throw new Error("not held");
  Atomics.store(words, TABLE_LOCK, 0);
  return Math.max(object, 0);
}

function putByHand(object) {
  const before = Atomics.add(words, object, -1);
  if (before <= 0) throw new Error("underflow");
  return before === 1;
}

function takeByHand(pages) {
  let free = Atomics.load(words, POOL);
  while (free - pages >= 0) {
    const seen = Atomics.compareExchange(words, POOL, free, free - pages);
    if (seen === free) return true;
    free = seen;
  }
  return false;
}

/** Looks a handle up and drops the reference; takes two pages and gives them back: as paths, and by hand. */
export default function measure() {
  const heap = world();
  const device = deviceCreate(heap, {
    design: "lock",
    mutant: "none",
    algorithm: "wound-wait",
    pages: 64,
    low: 0,
    high: 64,
    handles: 4,
  });
  const object = shmemCreate(device, 1);
  const handle = handleCreate(object);
  const pool = device + Device.at.pool;
  words[SLOTS] = 4;
  words[TABLE_POINTER] = TABLE;
  words[TABLE] = OBJECT;
  words[OBJECT] = 1;
  words[POOL] = 64;
  return rounds(
    {
      lookup: (calls) => {
        for (let call = 0; call < calls; call++) gemPut(gemLookup(device, handle));
      },
      lookupByHand: (calls) => {
        for (let call = 0; call < calls; call++) putByHand(lookupByHand(1));
      },
      pages: (calls) => {
        for (let call = 0; call < calls; call++) {
          takePages(pool, 2, 0);
          freePages(pool, 2);
        }
      },
      pagesByHand: (calls) => {
        for (let call = 0; call < calls; call++) {
          takeByHand(2);
          Atomics.add(words, POOL, 2);
        }
      },
    },
    { calls: 200_000, count: 60 },
  );
}
