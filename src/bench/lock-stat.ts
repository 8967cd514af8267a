import { look } from "#shared/atomic/coordinator";
import { bind } from "#shared/atomic/index";
import { METER, METERED } from "#shared/recorder/meters";
import { WorldLocks } from "../catalogue/lock-classes.ts";
import { packObjects, unpackObjects } from "../catalogue/world-objects.ts";
import type { BenchLockStat } from "../record/bench-record.ts";
import type { ArenaMap } from "../workers/protocol.ts";

const PER_US = METER.PER_MS / 1000;

/** Sums of a class, in the meters' units. */
interface Sums {
  acquisitions: number;
  contentions: number;
  acqBounces: number;
  conBounces: number;
  waits: number;
  waitTotal: number;
  waitMin: number;
  waitMax: number;
  holdsTimed: number;
  holdTotal: number;
  holdMin: number;
  holdMax: number;
}

/**
 * What the locks of a world did, by class, the most contended first. `lockClass` is the class of locks that lie in no
 * declared struct. @kernel kernel/locking/lockdep_proc.c: seq_stats()
 */
export function lockStatOf(
  view: Int32Array,
  map: ArenaMap,
  tasks: number,
  lockClass: string,
): BenchLockStat[] {
  bind(view, { spinLimit: 0, seed: 1 });
  const locks = new WorldLocks(unpackObjects(packObjects(map.worlds)));
  const classes = new Map<string, Sums>();
  for (let slot = 0; slot < METER.SLOTS; slot++) {
    const lock = look(view, map.meters + slot * METER.SHARED);
    if (lock === 0) continue;
    const facts = locks.lockAt(lock - map.worlds);
    const name = facts.object?.layout === undefined ? lockClass : facts.class;
    const sums = classes.get(name) ?? nothing();
    classes.set(name, sums);
    for (let task = 0; task < tasks; task++) addCounters(sums, view, map, slot, task);
  }
  return [...classes]
    .map(([name, sums]) => rowOf(name, sums))
    .sort((a, b) => b.contentions - a.contentions || b.acquisitions - a.acquisitions);
}

function nothing(): Sums {
  return {
    acquisitions: 0,
    contentions: 0,
    acqBounces: 0,
    conBounces: 0,
    waits: 0,
    waitTotal: 0,
    waitMin: Number.POSITIVE_INFINITY,
    waitMax: 0,
    holdsTimed: 0,
    holdTotal: 0,
    holdMin: Number.POSITIVE_INFINITY,
    holdMax: 0,
  };
}

function addCounters(sums: Sums, view: Int32Array, map: ArenaMap, slot: number, task: number): void {
  const base = map.meters + METER.SLOTS * METER.SHARED + (task * METER.SLOTS + slot) * METER.WORDS;
  const at = (word: number): number => look(view, base + word) >>> 0;
  // The least is kept plus 1; 0 says that there is none.
  const least = (word: number): number => (at(word) === 0 ? Number.POSITIVE_INFINITY : at(word) - 1);
  sums.acquisitions += at(METERED.ACQUISITIONS);
  sums.contentions += at(METERED.CONTENTIONS);
  sums.acqBounces += at(METERED.ACQ_BOUNCES);
  sums.conBounces += at(METERED.CON_BOUNCES);
  sums.waits += at(METERED.WAITS);
  sums.waitTotal += at(METERED.WAIT_TOTAL);
  sums.waitMin = Math.min(sums.waitMin, least(METERED.WAIT_MIN));
  sums.waitMax = Math.max(sums.waitMax, at(METERED.WAIT_MAX));
  sums.holdsTimed += at(METERED.HOLDS_TIMED);
  sums.holdTotal += at(METERED.HOLD_TOTAL);
  sums.holdMin = Math.min(sums.holdMin, least(METERED.HOLD_MIN));
  sums.holdMax = Math.max(sums.holdMax, at(METERED.HOLD_MAX));
}

function rowOf(name: string, sums: Sums): BenchLockStat {
  const us = (units: number): number => (Number.isFinite(units) ? units / PER_US : 0);
  const holdAvg = sums.holdsTimed === 0 ? 0 : sums.holdTotal / sums.holdsTimed;
  return {
    class: name,
    conBounces: sums.conBounces,
    contentions: sums.contentions,
    waittimeMin: us(sums.waitMin),
    waittimeMax: us(sums.waitMax),
    waittimeTotal: us(sums.waitTotal),
    waittimeAvg: sums.waits === 0 ? 0 : us(sums.waitTotal / sums.waits),
    acqBounces: sums.acqBounces,
    acquisitions: sums.acquisitions,
    holdtimeMin: us(sums.holdMin),
    holdtimeMax: us(sums.holdMax),
    holdtimeTotal: us(holdAvg * sums.acquisitions),
    holdtimeAvg: us(holdAvg),
  };
}
