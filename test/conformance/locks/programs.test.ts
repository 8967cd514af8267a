import { basename } from "node:path";
import { expect, test } from "vitest";
import { check, sourceResolver } from "../../../src/build/check.ts";
import { packageRoot, programFiles } from "../../support/built-programs.ts";
import type { Params, Program } from "../../support/program.ts";

test("the programs of the lock suite are the same in both builds", () => {
  const source = sourceResolver(packageRoot);
  const files = programFiles();
  const violations = check(files, {
    ...source,
    roleOf: (file) => (files.includes(file) ? "erased" : source.roleOf(file)),
  });
  expect(violations).toEqual([]);
});

test("a program is called as its file is", async () => {
  for (const file of programFiles()) {
    const { default: program } = (await import(/* @vite-ignore */ file)) as { default?: Program<Params> };
    if (program !== undefined) expect(`${program.name}.ts`).toBe(basename(file));
  }
});
