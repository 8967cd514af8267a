import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Addr } from "#shared/atomic/index";
import { DESIGN, freeDesigns } from "#shared/drm/designs";
import { designOf } from "#shared/drm/device";
import { gemGet } from "#shared/drm/gem";
import { handleCreate, handleDelete } from "#shared/drm/gem-handle";
import { shmemEvictLocked, shmemMadvise, shmemPurgeLocked } from "#shared/drm/shmem-madvise";
import { shmemGetSgt, shmemVmapLocked, shmemVunmapLocked } from "#shared/drm/shmem-map";
import {
  shmemGetPagesLocked,
  shmemPin,
  shmemPutPagesLocked,
  shmemSwapinLocked,
  shmemUnpin,
} from "#shared/drm/shmem-pages";
import { scanOnce } from "#shared/drm/shmem-shrinker";
import { isLive } from "#shared/memory/object";
import { balancePgdat } from "#shared/mm/reclaim";
import { drive } from "../support/arena.ts";
import { faultsOf, Rig, stateOf } from "./rig.ts";

/** What the test itself owns of an object: it gives back no more than it took. */
interface Owned {
  refs: number;
  uses: number;
  pins: number;
  vmaps: number;
  handles: number[];
}

/** A device in use: whatever is done to it, in whatever order, the invariants hold after each step. */
class Model {
  readonly rig: Rig;
  readonly owned = new Map<Addr, Owned>();

  constructor(design: (typeof freeDesigns)[number], pages: number, low: number) {
    this.rig = new Rig({ design, pages, low, high: Math.min(pages, low * 2), handles: 3 });
  }

  pick(index: number): readonly [Addr, Owned] | undefined {
    const all = [...this.owned];
    return all[index % Math.max(1, all.length)];
  }

  faults(): string[] {
    const live = [...this.owned.keys()];
    const wrong = live.filter((object) => {
      const s = stateOf(object);
      const { refs, uses, pins, vmaps, handles } = this.owned.get(object) ?? {
        refs: 0,
        uses: 0,
        pins: 0,
        vmaps: 0,
        handles: [],
      };
      const sgtUse = s.sgt !== 0 ? 1 : 0;
      const pinUse = s.pins > 0 ? 1 : 0;
      return (
        s.refs !== refs + (handles.length > 0 ? 1 : 0) ||
        s.handles !== handles.length ||
        s.pins !== pins + (vmaps > 0 ? 1 : 0) ||
        s.vmaps !== vmaps ||
        s.uses !== uses + sgtUse + pinUse
      );
    });
    return [
      ...faultsOf(this.rig, live),
      ...wrong.map((object) => `counts of ${JSON.stringify(stateOf(object))}`),
    ];
  }
}

const isListLock = (model: Model): boolean => designOf(model.rig.device) === DESIGN.LIST_LOCK;

type Operation = readonly [name: string, run: (model: Model, object: Addr, owned: Owned) => void];

const operations: readonly Operation[] = [
  [
    "get",
    (_model, object, owned) => {
      drive(gemGet(object));
      owned.refs++;
    },
  ],
  [
    "open",
    (_model, object, owned) => {
      const handle = drive(handleCreate(object));
      if (handle > 0) owned.handles.push(handle);
    },
  ],
  [
    "getPages",
    (model, object, owned) => {
      if (model.rig.locked(object, shmemGetPagesLocked) === 0) owned.uses++;
    },
  ],
  [
    "putPages",
    (model, object, owned) => {
      if (owned.uses === 0) return;
      model.rig.locked(object, shmemPutPagesLocked);
      owned.uses--;
    },
  ],
  [
    "pin",
    (_model, object, owned) => {
      if (drive(shmemPin(object)) === 0) owned.pins++;
    },
  ],
  [
    "unpin",
    (_model, object, owned) => {
      if (owned.pins === 0) return;
      drive(shmemUnpin(object));
      owned.pins--;
    },
  ],
  [
    "vmap",
    (model, object, owned) => {
      if (model.rig.locked(object, shmemVmapLocked) === 0) owned.vmaps++;
    },
  ],
  [
    "vunmap",
    (model, object, owned) => {
      if (owned.vmaps === 0) return;
      model.rig.locked(object, shmemVunmapLocked);
      owned.vmaps--;
    },
  ],
  [
    "sgt",
    (_model, object) => {
      drive(shmemGetSgt(object));
    },
  ],
  [
    "need",
    (_model, object) => {
      drive(shmemMadvise(object, 0));
    },
  ],
  [
    "needNot",
    (_model, object) => {
      drive(shmemMadvise(object, 1));
    },
  ],
  [
    "purge",
    (model, object) => {
      const { madv, pins, sgt } = stateOf(object);
      // Where there is a purge list only its walker purges.
      if (isListLock(model)) return;
      if (madv > 0 && pins === 0 && sgt !== 0) model.rig.locked(object, shmemPurgeLocked);
    },
  ],
  [
    "evict",
    (model, object) => {
      const { madv, pins, uses, evicted } = stateOf(object);
      if (isListLock(model)) return;
      if (madv >= 0 && pins === 0 && uses > 0 && evicted === 0) model.rig.locked(object, shmemEvictLocked);
    },
  ],
  [
    "swapin",
    (model, object) => {
      model.rig.locked(object, shmemSwapinLocked);
    },
  ],
  [
    "scan",
    (model) => {
      drive(scanOnce(model.rig.device, 3));
    },
  ],
  [
    "kswapd",
    (model) => {
      drive(balancePgdat(model.rig.pool));
    },
  ],
  ["release", (model, object, owned) => release(model, object, owned)],
];

/** Gives back what the test owns, and then the references: the object has to go. */
function release(model: Model, object: Addr, owned: Owned): void {
  for (; owned.vmaps > 0; owned.vmaps--) model.rig.locked(object, shmemVunmapLocked);
  for (; owned.pins > 0; owned.pins--) drive(shmemUnpin(object));
  for (; owned.uses > 0; owned.uses--) model.rig.locked(object, shmemPutPagesLocked);
  model.owned.delete(object);
  for (const handle of owned.handles) drive(handleDelete(model.rig.device, handle));
  for (; owned.refs > 0; owned.refs--) model.rig.put(object);
  if (isLive(object)) throw new Error("the last put did not free the object");
}

class Command implements fc.Command<Model, Model> {
  readonly #operation: Operation;
  readonly #index: number;

  constructor(operation: Operation, index: number) {
    this.#operation = operation;
    this.#index = index;
  }

  check(): boolean {
    return true;
  }

  run(model: Model): void {
    const [, run] = this.#operation;
    const [object, owned] = model.pick(this.#index) ?? [];
    if (object !== undefined && owned !== undefined) run(model, object, owned);
    expect(model.faults()).toEqual([]);
  }

  toString(): string {
    return `${this.#operation[0]}(${this.#index})`;
  }
}

class Create implements fc.Command<Model, Model> {
  readonly #pages: number;

  constructor(pages: number) {
    this.#pages = pages;
  }

  check(model: Model): boolean {
    return model.owned.size < 4;
  }

  run(model: Model): void {
    const object = model.rig.create(this.#pages);
    model.owned.set(object, { refs: 1, uses: 0, pins: 0, vmaps: 0, handles: [] });
    expect(model.faults()).toEqual([]);
  }

  toString(): string {
    return `create(${this.#pages})`;
  }
}

describe.each(freeDesigns)("whatever one task does to a device (design %s)", (design) => {
  test("pages, uses, pins, lists and references add up after each operation, and nothing is left", () => {
    const create = fc.integer({ min: 1, max: 3 }).map((pages) => new Create(pages));
    const operation = fc
      .tuple(fc.constantFrom(...operations), fc.nat({ max: 3 }))
      .map(([chosen, index]) => new Command(chosen, index));
    const commands = fc.commands([create, operation, operation, operation, operation], {
      maxCommands: 60,
      size: "max",
    });
    fc.assert(
      fc.property(commands, fc.integer({ min: 4, max: 14 }), fc.nat({ max: 3 }), (list, pages, low) => {
        const model = new Model(design, pages, low);
        fc.modelRun(() => ({ model, real: model }), list);
        for (const [object, owned] of [...model.owned]) release(model, object, owned);
        expect(model.faults()).toEqual([]);
        expect(model.rig.leaked()).toBe(0);
        expect(model.rig.free()).toBe(pages);
      }),
      { numRuns: 150 },
    );
  });
});
