import { readFileSync } from "node:fs";

/** One source text of a fixture table. */
export interface Case {
  readonly name: string;
  /** Part of what the report must tell the author to write; empty for accepted texts. */
  readonly correct: string;
  readonly source: string;
}

// Tables are plain text, so that their sources read as the author would write them, odd layout included.
const library =
  'import lock, { load, store, plain, task, cpuRelax, Lock, type Shrinker, type Step } from "./lib.ts";\n';

/**
 * Reads `test/fixtures/build/<name>.txt`: cases start with `### name`, then may have `>>> correct form`.
 * `(lib)` behind the name puts an import of everything in `./lib.ts` in front of the source.
 */
export function readCases(name: string): Case[] {
  const text = readFileSync(new URL(`../fixtures/build/${name}.txt`, import.meta.url), "utf8");
  return text
    .split(/^### /m)
    .slice(1)
    .map((part) => {
      const [heading = "", ...rest] = part.trimEnd().split("\n");
      const correct = rest[0]?.startsWith(">>> ") ? rest.shift()?.slice(4) : "";
      const body = `${rest.join("\n")}\n`;
      return {
        name: heading.replace(/ \(lib\)$/, ""),
        correct: correct ?? "",
        source: heading.endsWith("(lib)") ? library + body : body,
      };
    });
}
