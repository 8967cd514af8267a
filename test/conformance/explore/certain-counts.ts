/** A program, its parameters, its traces, and its interleavings where they are certain too. */
export interface CertainCount {
  readonly program: string;
  readonly params: Readonly<Record<string, number>>;
  readonly traces: number;
  readonly interleavings?: number;
}

const row = (
  program: string,
  params: Readonly<Record<string, number>>,
  traces: number,
  interleavings?: number,
): CertainCount =>
  interleavings === undefined ? { program, params, traces } : { program, params, traces, interleavings };

/**
 * Traces (and interleavings) that are certain: each was counted by several independent programs, or follows from a
 * closed form. An explorer that runs more executions is redundant, one that runs fewer is wrong.
 */
export const certainCounts: readonly CertainCount[] = [
  row("indep", { n: 2, k: 2 }, 1, 6),
  row("indep", { n: 3, k: 2 }, 1, 90),
  row("indep", { n: 3, k: 3 }, 1, 1680),
  row("indep", { n: 4, k: 3 }, 1),
  ...[2, 3, 4, 5, 6].map((n, i) => row("lastwrite", { n }, [2, 6, 24, 120, 720][i] ?? 0)),
  row("ainc", { n: 4 }, 24),
  row("readers", { n: 1 }, 2),
  row("readers", { n: 2 }, 4, 6),
  row("readers", { n: 3 }, 8, 24),
  row("readers", { n: 4 }, 16, 120),
  row("readers", { n: 6 }, 64, 5040),
  row("readers", { n: 8 }, 256),
  row("nwrites_1read", { n: 3 }, 4),
  row("nwrites_1read", { n: 7 }, 8),
  ...[2, 3, 4, 5].map((n, i) => row("nwriters_1reader", { n }, [6, 24, 120, 720][i] ?? 0)),
  row("lastzero", { n: 1 }, 2, 3),
  row("lastzero", { n: 2 }, 5, 35),
  row("lastzero", { n: 3 }, 12, 920),
  row("lastzero", { n: 4 }, 28, 44_300),
  row("lastzero", { n: 5 }, 64),
  row("lastzero", { n: 6 }, 144),
  row("lastzero", { n: 7 }, 320),
  row("lastzero", { n: 10 }, 3328),
  row("indexer", { n: 2 }, 1, 70),
  row("indexer", { n: 11 }, 1),
  row("indexer", { n: 12 }, 8),
  row("indexer", { n: 13 }, 64),
  row("indexer", { n: 14 }, 512),
  row("indexer_lk", { n: 11 }, 1),
  row("indexer_lk", { n: 12 }, 8),
  row("filesystem", { n: 2 }, 1, 12_870),
  ...[13, 14, 15, 16, 18].map((n) => row("filesystem", { n }, 2 ** (n - 13))),
  row("account", { n: 1 }, 4, 6),
  row("account", { n: 2 }, 36, 90),
  row("account_lk", { n: 1 }, 2),
  row("account_lk", { n: 2 }, 6),
  row("account_lk", { n: 3 }, 24),
  row("pairs", { n: 1 }, 2),
  row("pairs", { n: 2 }, 4, 24),
  row("pairs", { n: 3 }, 8, 720),
  row("pairs", { n: 4 }, 16, 40_320),
  row("pairs", { n: 5 }, 32),
  ...[2, 3, 4, 5].map((n, i) => row("casrot", { n }, [2, 5, 14, 43][i] ?? 0)),
  row("fib", { n: 1 }, 3, 20),
  row("fib", { n: 2 }, 19, 924),
  row("sb", { n: 2 }, 3),
  row("sb", { n: 3 }, 7, 90),
  row("sb", { n: 4 }, 15, 2520),
  row("sb", { n: 5 }, 31),
  row("mp", {}, 3, 6),
  row("mutex", { n: 2, k: 1 }, 2),
  row("mutex", { n: 3, k: 1 }, 6),
  row("mutex", { n: 4, k: 1 }, 24),
  row("mutex", { n: 2, k: 2 }, 6),
  row("mutex", { n: 3, k: 2 }, 90),
  row("mutex", { n: 2, k: 3 }, 20),
  row("phil", { n: 2 }, 3, 6),
  row("phil", { n: 3 }, 7, 168),
  row("phil", { n: 4 }, 15, 98_184),
  row("phil_ord", { n: 2 }, 2, 2),
  row("phil_ord", { n: 3 }, 6, 142),
  row("phil_ord", { n: 4 }, 14, 64_000),
  row("philtry", { n: 2 }, 7, 20),
  row("shrink", { bug: 0 }, 13, 466),
  row("shrink", { bug: 1 }, 33, 3103),
  row("await", { n: 3 }, 1, 6),
];

/** Interleavings with at most 0, 1, 2 and 3 preemptions. */
export const withinBound: readonly (readonly [
  string,
  Readonly<Record<string, number>>,
  readonly number[],
])[] = [
  ["indep", { n: 3, k: 3 }, [6, 42, 192, 552]],
  ["lastzero", { n: 3 }, [24, 142, 451, 816]],
  ["lastzero", { n: 4 }, [120, 1166, 5940, 18_243]],
  ["account", { n: 2 }, [6, 24, 60, 90]],
  ["sb", { n: 3 }, [6, 24, 60, 90]],
  ["phil", { n: 3 }, [6, 57, 129, 150]],
  ["phil", { n: 4 }, [24, 512, 3116, 10_160]],
  ["mutex", { n: 3, k: 2 }, [6, 24, 60, 90]],
  ["shrink", { bug: 0 }, [6, 37, 117, 221]],
  ["shrink", { bug: 1 }, [6, 42, 165, 476]],
  ["fib", { n: 2 }, [2, 12, 62, 162]],
];
