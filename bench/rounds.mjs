/**
 * Times functions in interleaved rounds (A B A B ...) and returns nanoseconds a call of each round, by name. The
 * first third of the rounds is warm-up and is dropped. Each function runs its own loop of `calls` calls.
 */
export function rounds(functions, { calls, count }) {
  const times = Object.fromEntries(Object.keys(functions).map((name) => [name, []]));
  for (let round = 0; round < count; round++) {
    for (const [name, run] of Object.entries(functions)) {
      const start = performance.now();
      run(calls);
      const nanoseconds = ((performance.now() - start) * 1e6) / calls;
      if (round >= count / 3) times[name].push(nanoseconds);
    }
  }
  return times;
}

/** The median. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** Median of the ratios of paired rounds: noise that lasts longer than a round cancels out. */
export function pairedRatio(values, base) {
  return median(values.map((value, index) => value / base[index]));
}
