import {
  type MatrixColumn,
  type MatrixRecord,
  matrixColumns,
  matrixCounts,
} from "../record/matrix-record.ts";
import { type MatrixNeighbour, matrixNeighbours } from "./matrix-lines.ts";
import { counted } from "./numbers.ts";

/** The judgement as a Markdown table. Nothing in it depends on the machine, so that two runs can be compared. */
export function matrixMarkdown(record: MatrixRecord): string {
  const { agrees, disagrees, inconclusive } = matrixCounts(record);
  const unproved = inconclusive === 0 ? "" : `, ${inconclusive} unproved`;
  return [
    "| neighbour | conditions | designs | lockdep | deadlock | contention | memory | warning |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ...matrixNeighbours(record.rows).flatMap(neighbourRows),
    "",
    `${counted(agrees, "row")} ${agrees === 1 ? "agrees" : "agree"} with what was expected of them, ${disagrees} disagree${unproved}.`,
    "",
  ].join("\n");
}

function neighbourRows({ name, groups }: MatrixNeighbour): string[] {
  let shown = "";
  return groups.flatMap(({ conditions, lines }) =>
    lines.map(({ designs, cells }) => {
      const title = name === shown ? "" : `\`${name}\``;
      shown = name;
      const said = matrixColumns.map((column: MatrixColumn) => marked(cells[column]));
      return `| ${[title, conditions, designs, ...said].map(escaped).join(" | ")} |`;
    }),
  );
}

/** What is not well stands out. */
function marked(cell: string): string {
  return /^(?:yes|possible)|!$/.test(cell) ? `**${cell}**` : cell;
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|");
}
