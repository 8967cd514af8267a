// Latencies as a member records them: log-linear, 128 buckets an octave, so within 0.8 %. An hdr-histogram-js histogram
// takes them over for percentiles; recording into one costs more than a lock does.

const SUB_BITS = 7;
const SUB = 1 << SUB_BITS;
/** Up to 2^32 ns, four seconds; what takes longer counts as that. */
const OCTAVES = 26;
const MOST = 2 ** 32 - 1;

/** Words that one histogram needs. */
export const BUCKETS: number = SUB * OCTAVES;

/** The bucket of a latency in nanoseconds. */
export function bucketOf(ns: number): number {
  if (ns < SUB) return Math.max(0, Math.floor(ns));
  const whole = Math.min(ns, MOST) >>> 0;
  const octave = 31 - Math.clz32(whole) - SUB_BITS;
  return octave * SUB + (whole >>> octave);
}

/** The nanoseconds that stand for a bucket: the middle of it. */
export function nanosecondsOf(bucket: number): number {
  if (bucket < SUB) return bucket;
  const octave = Math.floor(bucket / SUB) - 1;
  return (bucket - octave * SUB) * 2 ** octave + 2 ** octave / 2;
}
