import { nextRandom } from "#shared/random";

/** A number with the interval that it lies in with 95 % confidence. */
export interface Estimate {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 2000;
const SEED = 0x5eed;

/** The median; of an even number of values the mean of the middle two. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.length % 2 === 1
    ? (sorted[Math.floor(half)] ?? Number.NaN)
    : ((sorted[half - 1] ?? Number.NaN) + (sorted[half] ?? Number.NaN)) / 2;
}

/**
 * The median of `values` and its 95 % interval, by the percentile bootstrap: medians of `RESAMPLES` resamples, drawn by
 * a fixed seed, so that the same values always give the same interval. Efron 1979.
 */
export function estimate(values: readonly number[]): Estimate {
  return bootstrap((medianOf) => medianOf(values));
}

/** The ratio of the medians of rounds that were not measured in turns: both are drawn anew, each by itself. */
export function unpairedRatio(values: readonly number[], base: readonly number[]): Estimate {
  return bootstrap((medianOf) => medianOf(values) / medianOf(base));
}

/** A statistic of medians, with its interval: `of` is asked once of the values and then of resamples. */
function bootstrap(of: (medianOf: (values: readonly number[]) => number) => number): Estimate {
  let random = SEED;
  const resampled = (values: readonly number[]): number =>
    median(
      values.map(() => {
        random = nextRandom(random);
        return values[(random >>> 0) % values.length] ?? Number.NaN;
      }),
    );
  const drawn = Array.from({ length: RESAMPLES }, () => of(resampled)).sort((a, b) => a - b);
  const at = (share: number): number => drawn[Math.floor(share * (RESAMPLES - 1))] ?? Number.NaN;
  return { median: of(median), low: at(0.025), high: at(0.975) };
}

/** The ratio of `values` to `base`, round by round: noise that lasts longer than a round is in both. */
export function ratio(values: readonly number[], base: readonly number[]): Estimate {
  return estimate(values.slice(0, base.length).map((value, round) => value / (base[round] ?? Number.NaN)));
}

/** The share of the middle half's width in the median: 0 where all values agree. */
export function spread(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  return (at(0.75) - at(0.25)) / median(values);
}

/** Jain's index of fairness: 1 where all have the same, 1/n where one has everything. Jain, Chiu, Hawe 1984. */
export function jain(shares: readonly number[]): number {
  const sum = shares.reduce((total, share) => total + share, 0);
  const squares = shares.reduce((total, share) => total + share * share, 0);
  return squares === 0 ? 1 : (sum * sum) / (shares.length * squares);
}
