/** A figure as the tables show it: whole above a thousand. */
export const number = (value) =>
  value >= 1000 ? Math.round(value).toLocaleString("en-US") : value.toFixed(value >= 100 ? 0 : 1);

/** Seconds, with as many digits as mean something. */
export const seconds = (value) => value.toFixed(value < 1 ? 3 : 1);

/** Whether a ratio keeps to the mark of its row. */
export function judged({ ratio, most, least }) {
  if (most !== undefined) return `${ratio <= most ? "ok" : "MISSED"} (at most ${most})`;
  if (least !== undefined) return `${ratio >= least ? "ok" : "MISSED"} (at least ${least})`;
  return "";
}

/** A table in Markdown; each row is a list of as many cells as there are columns. */
export function table(columns, rows) {
  return [columns, columns.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** The table of suites whose rows are ratios to a baseline. */
export function ratioTable(rows) {
  return table(
    ["what", "measured", "baseline", "ratio", ""],
    rows.map((row) => [
      row.name,
      `${number(row.value)} ${row.unit}`,
      `${number(row.base)} ${row.unit}`,
      row.ratio.toFixed(2),
      judged(row),
    ]),
  );
}
