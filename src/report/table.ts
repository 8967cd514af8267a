import stringWidth from "string-width";

/** Sets rows in columns, the first flush left, the rest flush right, two spaces between. No trailing blanks. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => stringWidth(row[column] ?? ""))),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const fill = " ".repeat(Math.max(0, (widths[column] ?? 0) - stringWidth(cell)));
        return column === 0 ? cell + fill : fill + cell;
      })
      .join("  ")
      .trimEnd(),
  );
}
