/** 1234567 as 1,234,567. */
export function grouped(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 0 });
}

/** "1 frees" is wrong: a count with its noun. */
export function counted(value: number, noun: string): string {
  return `${grouped(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** A rate as people write it: 3.4e-6. */
export function rate(value: number): string {
  return value.toExponential(1).replace("e-", "e-").replace("e+", "e");
}

/**
 * What 0 of `trials` says about the rate: below this with 95 % confidence (the rule of three). 1 for no trials.
 */
export function ruleOfThree(trials: number): number {
  return trials === 0 ? 1 : Math.min(1, 3 / trials);
}
