import * as v from "valibot";

/** What the tasks of one kind did, as locktorture counts it. @kernel kernel/locking/locktorture.c: struct lock_stress_stats */
export interface TortureCounts {
  /** How often they had the lock, all together, the luckiest task, and the unluckiest. */
  total: number;
  max: number;
  min: number;
  /** How often one of them met another in there. */
  fail: number;
}

/** A torture's statistics. */
export interface RunTorture {
  /** locktorture's name for the lock. */
  type: string;
  /** By locktorture's names, in the order in which they are printed. */
  parameters: Record<string, number>;
  writes: TortureCounts;
  /** Null where the lock is not one to read under. */
  reads: TortureCounts | null;
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const counts = v.strictObject({ total: count, max: count, min: count, fail: count });

/** The statistics in a record. */
export const tortureSchema: v.GenericSchema<RunTorture> = v.strictObject({
  type: v.string(),
  parameters: v.record(v.string(), v.number()),
  writes: counts,
  reads: v.nullable(counts),
});
