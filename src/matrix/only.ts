import { UsageError } from "../record/usage-error.ts";
import type { PlannedRow } from "./plan.ts";

/** Says what `--only` takes, for --help. */
export const onlyHelp =
  "--only takes a design, or part of a neighbour's name (whole words of it before others), or a pattern with * for either:\n`--only n1`, `--only lock`, `--only 'n1*'`. Several designs, or several neighbours, are alternatives; a design and a\nneighbour have to hold both.";

/** What a pattern means: designs or neighbours, and which. */
interface Chosen {
  readonly of: "design" | "neighbour";
  readonly names: ReadonlySet<string>;
}

const nameOf = ({ scenario }: PlannedRow): string => scenario.definition.name;

/** The rows that `patterns` leave. @throws UsageError for a pattern that nothing answers to */
export function onlyRows(rows: readonly PlannedRow[], patterns: readonly string[]): PlannedRow[] {
  const neighbours = [...new Set(rows.map(nameOf))];
  const designs = [...new Set(rows.map(({ design }) => design))];
  const chosen = patterns.map((pattern) => choose(pattern, neighbours, designs));
  const isIn = (of: Chosen["of"], name: string): boolean => {
    const those = chosen.filter((one) => one.of === of);
    return those.length === 0 || those.some(({ names }) => names.has(name));
  };
  const left = rows.filter((row) => isIn("neighbour", nameOf(row)) && isIn("design", row.design));
  if (left.length > 0) return left;
  throw new UsageError("BAD_OPTION", {
    option: "--only",
    value: patterns.join(" "),
    allowed: "patterns that leave a row; these leave none together",
  });
}

function choose(pattern: string, neighbours: readonly string[], designs: readonly string[]): Chosen {
  if (designs.includes(pattern)) return { of: "design", names: new Set([pattern]) };
  const near = matching(pattern, neighbours);
  if (near.length > 0) return { of: "neighbour", names: new Set(near) };
  const those = matching(pattern, designs);
  if (those.length > 0) return { of: "design", names: new Set(those) };
  const short = neighbours.map((name) => name.slice(name.indexOf("/") + 1));
  throw new UsageError("BAD_OPTION", {
    option: "--only",
    value: pattern,
    allowed: `a design (${designs.join(", ")}), or part of a neighbour's name`,
    choices: [...designs, ...short, ...neighbours],
  });
}

/** Names that a pattern means: all of the name, else whole words of it, else any part. */
function matching(pattern: string, names: readonly string[]): string[] {
  if (pattern === "") return [];
  const middle = pattern.split("*").map(escaped).join(".*");
  const ways = pattern.includes("*")
    ? [new RegExp(`^(?:.*/)?${middle}$`)]
    : [new RegExp(`^(?:.*/)?${middle}$`), new RegExp(`(?:^|[-/])${middle}(?:[-/]|$)`), new RegExp(middle)];
  const found = ways.map((way) => names.filter((name) => way.test(name)));
  return found.find((some) => some.length > 0) ?? [];
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
