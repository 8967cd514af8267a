import type { LockdepRecord } from "../record/lockdep-record.ts";

const quoted = (text: string): string => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

/** Edges of a reported chain are drawn red. */
function isReported({ reports }: LockdepRecord, from: string, to: string): boolean {
  return reports.some(({ chain }) => chain.some((link) => link.from === from && link.to === to));
}

function body(record: LockdepRecord, prefix: string, indent: string): string[] {
  const { nodes, edges } = record.graph;
  const used = nodes.map(({ name, usage, wait }, at) => {
    return `${indent}${prefix}${at} [label=${quoted(name)}, tooltip=${quoted(`{${usage}}-{${wait}}`)}];`;
  });
  const drawn = edges.map(({ from, to, kinds, event }) => {
    const bad = isReported(record, nodes[from]?.name ?? "", nodes[to]?.name ?? "");
    const label = `${kinds.join(" ")}, event ${event}`;
    return `${indent}${prefix}${from} -> ${prefix}${to} [label=${quoted(label)}${bad ? ", color=red" : ""}];`;
  });
  return [...used, ...drawn];
}

/** The dependency graphs of all files as one Graphviz document, a cluster a file if there are several. */
export function lockdepDot(records: readonly LockdepRecord[]): string {
  const lines = ["digraph lockdep {", "  rankdir=LR;", '  node [shape=box, fontname="monospace"];'];
  const [first] = records;
  if (records.length === 1 && first !== undefined) lines.push(...body(first, "c", "  "));
  else {
    for (const [at, record] of records.entries()) {
      lines.push(`  subgraph cluster_${at} {`, `    label=${quoted(record.file)};`);
      lines.push(...body(record, `f${at}c`, "    "), "  }");
    }
  }
  return `${[...lines, "}"].join("\n")}\n`;
}
