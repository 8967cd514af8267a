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

/** Each way to forget one `yield*` of a text: the text without it, and where its call stands. */
function forgotten(text: string, file: string): { text: string; place: string }[] {
  const found: { text: string; place: string }[] = [];
  walk(strip(text, file).program, (node) => {
    if (node.type !== "YieldExpression" || !node.delegate || !node.argument) return;
    const end = nextToken(text, node.start + "yield".length) + 1;
    const { line, column } = positions(text)(node.argument.start);
    found.push({
      text: text.slice(0, node.start) + " ".repeat(end - node.start) + text.slice(end),
      place: `${line}:${column}`,
    });
  });
  return found;
}

// One from every file at a time: the files do not hide each other's faults, and it is many times faster.
function expectEveryOneMissed(files: readonly string[], resolver: Resolver): number {
  expect(check(files, resolver)).toEqual([]);
  const all = files.map((file) => ({ file, each: forgotten(readFileSync(file, "utf8"), file) }));
  const rounds = Math.max(...all.map(({ each }) => each.length));
  for (let round = 0; round < rounds; round++) {
    const now = new Map(all.flatMap(({ file, each }) => (each[round] ? [[file, each[round]] as const] : [])));
    const violations = check(files, {
      ...resolver,
      read: (file) => now.get(file)?.text ?? resolver.read(file),
    });
    const found = violations.map(({ file, line, column }) => `${file}:${line}:${column}`);
    expect(found).toEqual(expect.arrayContaining([...now].map(([file, { place }]) => `${file}:${place}`)));
    expect([...new Set(violations.map(({ file }) => file))].sort()).toEqual([...now.keys()].sort());
  }
  return all.reduce((sum, { each }) => sum + each.length, 0);
}

test("every yield* that is missing from a small system of files is noticed, at its call", () => {
  const files = sources("test/fixtures/build/lru");
  const resolver = sourceResolver(root);
  const roleOf = (file: string) => (file.endsWith("door.ts") ? "door" : "erased");
  expect(expectEveryOneMissed(files, { ...resolver, roleOf })).toBeGreaterThan(45);
});

test("every yield* that is missing from our own paths and scenarios is noticed, at its call", () => {
  const resolver = sourceResolver(root);
  const files = sources("src/shared", "src/scenarios").filter((file) => resolver.roleOf(file) === "erased");
  expect(expectEveryOneMissed(files, resolver)).toBeGreaterThan(300);
}, 120_000);
