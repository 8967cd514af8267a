/** What the figures of `relacy` are, for the head of a column. */
export const relacyNote = "Relacy 9f25438 (measured 2026-11-25, not run here)";

/**
 * Relacy's full search (C++ fibers, every interleaving, no reduction), as it was measured once on the same kind of
 * machine with g++ 12.2 -O2. By program as in paths/explore-programs.mjs.
 */
export const relacy = {
  "shrink(0)": "holds: 517,886 runs, 0.78 M/s",
  "shrink(1)": "violated at run 67,749, 0.80 M/s",
  "phil(4)": "violated at run 10,625,226, 13.2 s",
  "phil_ord(4)": "full search not run; 1,000,000 random runs hold, 0.75 M/s",
};
