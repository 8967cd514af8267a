import type { BenchComparison } from "../record/bench-comparison.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";

/** Two measurements side by side, as text. */
export function benchCompareText(comparison: BenchComparison, style: Style): string {
  const rows = comparison.changes.map(({ key, before, after, ratio, verdict, noisy }) => [
    `${key}${noisy ? " (noisy)" : ""}`,
    `${before.median.toFixed(1)} ns`,
    `${after.median.toFixed(1)} ns`,
    `${ratio.median.toFixed(2)} [${ratio.low.toFixed(2)}, ${ratio.high.toFixed(2)}]`,
    verdict,
  ]);
  const lines = [
    ...comparison.machines.map((difference) => `note   another machine: ${difference}`),
    ...table([["path", "before", "after", "after/before [95 %]", ""], ...rows]),
    ...comparison.alone.map((key) => `note   nothing to compare with: ${key}`),
  ];
  return `${lines.map((line) => (style.unicode ? line : line.replaceAll("µ", "u"))).join("\n")}\n`;
}
