import { dirname, resolve } from "node:path";
import { check, type Resolver, type Violation } from "../../src/build/check.ts";
import { positions } from "../../src/build/position.ts";

/** Where a case expects its report: this character is taken out before the text is checked. */
const mark = "‸";

/** Modules that cases import. */
const library: Readonly<Record<string, string>> = {
  "/p/lib.ts": `
    export type Step<T> = Generator<void, T, void>;
    export function* load(a: number): Step<number> { yield* cpuRelax(); return a; }
    export function* store(a: number, v: number): Step<void> { yield* load(a + v); }
    export function* cpuRelax(): Step<void> {}
    export function plain(a: number): number { return a; }
    export const task = (name: string, run: (w: number) => Step<void>) => ({ name, run });
    export default function* lock(a: number): Step<void> { yield* store(a, 1); }
    export class Lock { *take(): Step<void> { yield* load(1); } peek(): number { return 1; } static *make(): Step<Lock> { return new Lock(); } }
    export interface Shrinker { count(): number; scan(nr: number): Step<number>; readonly name: string; }
  `,
  "/p/again.ts": `
    export * from "./lib.ts";
    export { load as get, default } from "./lib.ts";
    export * as all from "./lib.ts";
  `,
};

/** A resolver over texts in memory, by absolute path; `node:` and bare specifiers are other packages. */
export function memoryResolver(files: Readonly<Record<string, string>>): Resolver {
  const texts = { ...library, ...files };
  return {
    read: (file) => texts[file],
    resolve(specifier, importer) {
      if (!specifier.startsWith(".")) return specifier === "refzero" ? undefined : "foreign";
      const file = resolve(dirname(importer), specifier);
      return file in texts ? { file } : undefined;
    },
    roleOf: (file) => (file === "/p/door.ts" ? "door" : "erased"),
  };
}

/** What one source text gets reported, and where its marks say it should. */
export function checkMarked(
  source: string,
  file = "/p/case.ts",
): { found: readonly Violation[]; expected: string[] } {
  const parts = source.split(mark);
  const text = parts.join("");
  const at = positions(text);
  let offset = 0;
  const expected = parts.slice(0, -1).map((part) => {
    offset += part.length;
    const { line, column } = at(offset);
    return `${line}:${column}`;
  });
  return { found: check([file], memoryResolver({ [file]: text })), expected };
}
