import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { check, type Resolver, sourceResolver } from "../../src/build/check.ts";
import { positions } from "../../src/build/position.ts";
import { strip } from "../../src/build/strip.ts";
import { nextToken } from "../../src/build/trivia.ts";
import { walk } from "../../src/build/walk.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

const sources = (...folders: string[]): string[] =>
  folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort(),
  );

/** A `yield*` in a text: what to blank, and where its call stands. */
interface Yield {
  readonly start: number;
  readonly end: number;
  readonly place: string;
}

function yields(text: string, file: string): Yield[] {
  const found: Yield[] = [];
  walk(strip(text, file).program, (node) => {
    if (node.type !== "YieldExpression" || !node.delegate || !node.argument) return;
    const end = nextToken(text, node.start + "yield".length) + 1;
    const { line, column } = positions(text)(node.argument.start);
    found.push({ start: node.start, end, place: `${file}:${line}:${column}` });
  });
  return found;
}

const without = (text: string, gone: readonly Yield[]): string =>
  gone.reduce(
    (rest, { start, end }) => rest.slice(0, start) + " ".repeat(end - start) + rest.slice(end),
    text,
  );

/**
 * Takes each `yield*` away once and expects a report at its call. All files lose some in one go, and each of
 * them every `stride`-th, which is many times faster than one by one; the reports are told apart by place.
 */
function expectEachMissed(files: readonly string[], resolver: Resolver, stride: number): number {
  expect(check(files, resolver)).toEqual([]);
  const all = files.map((file) => {
    const text = readFileSync(file, "utf8");
    return { file, text, each: yields(text, file) };
  });
  for (let round = 0; round < stride; round++) {
    const now = all.map(({ file, text, each }) => ({
      file,
      text,
      gone: each.filter((_, n) => n % stride === round),
    }));
    const texts = new Map(now.map(({ file, text, gone }) => [file, without(text, gone)]));
    const violations = check(files, { ...resolver, read: (file) => texts.get(file) ?? resolver.read(file) });
    const found = violations.map(({ file, line, column }) => `${file}:${line}:${column}`);
    expect(found).toEqual(expect.arrayContaining(now.flatMap(({ gone }) => gone.map(({ place }) => place))));
    const touched = now.filter(({ gone }) => gone.length > 0).map(({ file }) => file);
    expect([...new Set(violations.map(({ file }) => file))].sort()).toEqual(touched.sort());
  }
  return all.reduce((sum, { each }) => sum + each.length, 0);
}

test("every yield* that is missing from a small system of files is noticed, at its call", () => {
  const files = sources("test/fixtures/build/lru");
  const resolver = sourceResolver(root);
  const roleOf = (file: string) => (file.endsWith("door.ts") ? "door" : "erased");
  expect(expectEachMissed(files, { ...resolver, roleOf }, 30)).toBeGreaterThan(45);
});

test("every yield* that is missing from our own paths and scenarios is noticed, at its call", () => {
  const resolver = sourceResolver(root);
  const files = sources("src/shared", "src/scenarios").filter((file) => resolver.roleOf(file) === "erased");
  expect(expectEachMissed(files, resolver, 5)).toBeGreaterThan(300);
}, 60_000);
