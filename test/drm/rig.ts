import { type Addr, peek, type Step } from "#shared/atomic/index";
import { DESIGN } from "#shared/drm/designs";
import { Device, type DeviceOptions, designOf, deviceCreate } from "#shared/drm/device";
import { DmaResv, dmaResvLock, dmaResvUnlock } from "#shared/drm/dma-resv";
import { gemPut } from "#shared/drm/gem";
import { Gem, resvOf, Shmem, shmemCreate } from "#shared/drm/gem-object";
import { shmemShrinkerInit } from "#shared/drm/shmem-shrinker";
import { isLive, liveObjects } from "#shared/memory/object";
import { PagePool } from "#shared/mm/page-pool";
import { STAT, STAT_WORDS } from "#shared/stats";
import { Lru, LruNode } from "#shared/sync/lru";
import { setCurrentTask, TASK, taskBlock } from "#shared/task";
import type { ViolationKind } from "#shared/violation";
import { drive, PLACES, World } from "../support/arena.ts";

const lruNames = ["evictable", "pinned", "madvList"] as const;
type LruName = (typeof lruNames)[number];

/** A world with one device, driven by hand: each call runs to its end before the next one begins. */
export class Rig {
  readonly world: World;
  readonly device: Addr;
  readonly pool: Addr;
  readonly #alive: number;

  constructor(options: Partial<DeviceOptions> = {}, tasks = 2) {
    this.world = new World(tasks, 1 << 15);
    this.device = drive(
      deviceCreate(this.world.heap, {
        design: "lock",
        mutant: "none",
        algorithm: "wound-wait",
        pages: 16,
        low: 0,
        high: 0,
        handles: 4,
        ...options,
      }),
    );
    this.pool = this.device + Device.at.pool;
    drive(shmemShrinkerInit(this.device));
    this.#alive = liveObjects(this.world.heap);
  }

  /** An object of `pages` pages that this task owns the only reference to. */
  create(pages = 2): Addr {
    return drive(shmemCreate(this.device, pages));
  }

  /** Runs something under the object's lock. */
  locked<T>(object: Addr, path: (object: Addr) => Step<T>): T {
    drive(dmaResvLock(drive(resvOf(object)), 0));
    const result = drive(path(object));
    drive(dmaResvUnlock(drive(resvOf(object))));
    return result;
  }

  /** Runs something as another task. */
  as<T>(task: number, path: () => T): T {
    setCurrentTask(task);
    try {
      return path();
    } finally {
      setCurrentTask(0);
    }
  }

  /** Another task takes the object's lock and keeps it. */
  lockedByAnother(object: Addr): void {
    this.as(1, () => drive(dmaResvLock(drive(resvOf(object)), 0)));
  }

  unlockedByAnother(object: Addr): void {
    this.as(1, () => drive(dmaResvUnlock(drive(resvOf(object)))));
  }

  /** Task 0 has a signal pending, or not. */
  signal(pending: boolean): void {
    this.world.words[taskBlock(0) + TASK.SIGNAL] = pending ? 1 : 0;
  }

  put(object: Addr): void {
    drive(gemPut(object));
  }

  free(): number {
    return peek(this.pool + PagePool.at.free);
  }

  /** Takes pages away until `left` are free. */
  leave(left: number): void {
    this.world.words[this.pool + PagePool.at.free] = left;
  }

  counted(stat: keyof typeof STAT, task = 0): number {
    return peek(PLACES.stats + task * STAT_WORDS + STAT[stat]);
  }

  /** Kinds of violations reported so far. */
  reports(): ViolationKind[] {
    return this.world.violations().map(({ kind }) => kind);
  }

  /** Objects that nobody has returned. */
  leaked(): number {
    return liveObjects(this.world.heap) - this.#alive;
  }

  /** Members of a list, least recently used first. */
  members(list: LruName): Addr[] {
    const found: Addr[] = [];
    for (let node = peek(this.list(list) + Lru.at.first); node !== 0; node = peek(node + LruNode.at.next))
      found.push(node - Gem.at.node);
    return found;
  }

  list(list: LruName): Addr {
    return this.device + Device.at[list];
  }
}

/** Fields of an object as a test reads them. */
export function stateOf(
  object: Addr,
): Record<
  | "refs"
  | "handles"
  | "pages"
  | "uses"
  | "pins"
  | "vmaps"
  | "vaddr"
  | "sgt"
  | "madv"
  | "evicted"
  | "count"
  | "fences",
  number
> {
  const at = (field: number): number => peek(object + field);
  return {
    refs: at(Gem.at.refcount),
    handles: at(Gem.at.handleCount),
    pages: at(Shmem.at.pages),
    uses: at(Shmem.at.pagesUseCount),
    pins: at(Shmem.at.pagesPinCount),
    vmaps: at(Shmem.at.vmapUseCount),
    vaddr: at(Shmem.at.vaddr),
    sgt: at(Shmem.at.sgt),
    madv: at(Shmem.at.madv),
    evicted: at(Shmem.at.evicted),
    count: at(Shmem.at.pageCount),
    fences: at(Gem.at.ownResv + DmaResv.at.count),
  };
}

/** What is wrong with a device and its live objects, in words: the invariants of kernel-paths.md, section 6. */
export function faultsOf(rig: Rig, objects: readonly Addr[]): string[] {
  const faults: string[] = [];
  const expectThat = (holds: boolean, what: string): void => {
    if (!holds) faults.push(what);
  };
  let held = 0;
  for (const object of objects) {
    const s = stateOf(object);
    const here = s.pages !== 0;
    expectThat(isLive(object) && s.refs > 0, `I9 a live object has ${s.refs} references`);
    // What is swapped out, or purged while somebody still counts a use, has uses and no pages.
    const away = s.evicted !== 0 || s.madv < 0;
    expectThat(here ? s.uses > 0 && s.evicted === 0 : s.uses === 0 || away, `I4 ${JSON.stringify(s)}`);
    expectThat(s.pins === 0 || s.uses > 0, `I5 pins without uses ${JSON.stringify(s)}`);
    expectThat(s.vmaps === 0 || s.pins > 0, `I5 vmaps without pins ${JSON.stringify(s)}`);
    expectThat(s.vmaps > 0 === (s.vaddr !== 0), `vaddr iff vmaps ${JSON.stringify(s)}`);
    expectThat(s.pins === 0 || here, `pinned pages are here ${JSON.stringify(s)}`);
    held += (here ? s.count : 0) + (s.sgt === 0 ? 0 : 1) + (s.vaddr === 0 ? 0 : 1);
    const purgeable = s.madv > 0 && s.pins === 0 && s.sgt !== 0;
    const evictable = s.madv >= 0 && s.uses > 0 && s.pins === 0 && s.evicted === 0;
    const onLru = purgeable || evictable ? "evictable" : here ? "pinned" : "none";
    // There is one list there: of what may be purged, as the madvise ioctl has put it.
    const wanted = designOf(rig.device) !== DESIGN.LIST_LOCK ? onLru : s.madv > 0 ? "madvList" : "none";
    const lists = lruNames.filter((list) => rig.members(list).includes(object));
    expectThat(
      (lists.join() || "none") === wanted,
      `on list ${lists.join() || "none"}, not ${wanted} ${JSON.stringify(s)}`,
    );
  }
  for (const list of lruNames) {
    const sum = rig.members(list).reduce((total, object) => total + stateOf(object).count, 0);
    expectThat(peek(rig.list(list) + Lru.at.pages) === sum, `I10 ${list} counts its pages`);
    expectThat(
      rig.members(list).every((object) => objects.includes(object)),
      `I8 ${list} names live objects`,
    );
  }
  const total = peek(rig.pool + PagePool.at.total);
  expectThat(rig.free() + held === total, `pages: ${rig.free()} free and ${held} held of ${total}`);
  return [...faults, ...rig.reports()];
}
