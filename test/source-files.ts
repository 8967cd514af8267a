import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { type ParseResult, parseSync } from "oxc-parser";

/** Source texts by their path below src/. */
export type Sources = ReadonlyMap<string, string>;

/** One import of a source file. `to` is a path below src/ where it names one of ours, else the specifier. */
export interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const root = new URL("../src", import.meta.url).pathname;

/** Every file of src/. */
export function readSources(): Sources {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  return new Map(files.sort().map((file) => [file, readFileSync(join(root, file), "utf8")]));
}

/** What a source file is made of; one with a syntax error throws. */
export function parse(file: string, text: string): ParseResult {
  const parsed = parseSync(file, text);
  if (parsed.errors.length > 0) throw new Error(`${file}: ${parsed.errors[0]?.message}`);
  return parsed;
}

/** Every import, re-export and `import("…")` of a file. */
export function importsOf(file: string, text: string): Import[] {
  const { module } = parse(file, text);
  const found: { value: string; typeOnly: boolean }[] = [];
  for (const { moduleRequest, entries } of module.staticImports) {
    found.push({
      value: moduleRequest.value,
      typeOnly: entries.length > 0 && entries.every((entry) => entry.isType),
    });
  }
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest, isType } of entries) {
      if (moduleRequest) found.push({ value: moduleRequest.value, typeOnly: isType });
    }
  }
  for (const { moduleRequest } of module.dynamicImports) {
    const literal = /^(["'`])([^$]*)\1$/.exec(text.slice(moduleRequest.start, moduleRequest.end));
    if (literal?.[2] !== undefined) found.push({ value: literal[2], typeOnly: false });
  }
  return found.map(({ value, typeOnly }) => ({ from: file, to: targetOf(file, value), typeOnly }));
}

/** What each name of package.json's `imports` stands for. Doors, recorders and monitors come in twins. */
const names: Readonly<Record<string, string>> = {
  "#door": "shared/atomic/stepped.ts",
  "#recorder": "shared/recorder/hook.ts",
  "#monitor": "shared/monitor-on.ts",
};

function targetOf(file: string, specifier: string): string {
  const named = names[specifier];
  if (named !== undefined) return named;
  if (/^#(?:shared|scenarios)\//.test(specifier)) return `${specifier.slice(1)}.ts`;
  return specifier.startsWith(".") ? normalize(join(dirname(file), specifier)) : specifier;
}
