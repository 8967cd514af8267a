import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../support/built-programs.ts";

test("no two structs of the locks and paths have one number", async () => {
  const files = readdirSync(join(packageRoot, "dist", "stepped", "shared"), {
    recursive: true,
    encoding: "utf8",
  });
  const declaring = files.filter(
    (file) =>
      file.endsWith(".js") &&
      /\bstruct\(\s*"/.test(readFileSync(join(packageRoot, "dist/stepped/shared", file), "utf8")),
  );
  // Loading is declaring, and declaring a number twice throws.
  for (const file of declaring)
    await import(/* @vite-ignore */ join(packageRoot, "dist/stepped/shared", file));
  expect(declaring.length).toBeGreaterThan(8);
});
