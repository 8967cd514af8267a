import { spawnSync } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { useFolder } from "../cli/cli.ts";

const folder = useFolder();
const root = fileURLToPath(new URL("../..", import.meta.url));
const docs = join(root, "docs");

function figures(...args: string[]) {
  const { status, stdout } = spawnSync(process.execPath, [join(root, "scripts/figures.mjs"), ...args], {
    encoding: "utf8",
  });
  return { status, stdout };
}

const documents = readdirSync(docs).filter((name) => name.endsWith(".md"));

test("there are documents with figures", () => {
  expect(documents).toContain("answer.md");
});

for (const name of documents)
  test(`the figures of ${name} are what a fresh run draws`, () => {
    expect(figures("--check", join(docs, name))).toEqual({ status: 0, stdout: "" });
  }, 300_000);

test("a figure that was touched is told of, and drawn anew where that is asked for", () => {
  const file = join(folder.path, "page.md");
  const head = "# page\n\n<!-- figure: explore kref/get-unless-zero -p mutant=plain-get -->\n";
  writeFileSync(file, `${head}by hand\n<!-- /figure -->\n`);
  expect(figures("--check", file)).toEqual({
    status: 1,
    stdout: `${file}: its figures are not what a fresh run draws; run \`npm run figures\`\n`,
  });
  expect(readFileSync(file, "utf8")).toContain("by hand");
  expect(figures(file).status).toBe(0);
  const drawn = readFileSync(file, "utf8");
  expect(drawn).not.toContain("by hand");
  expect(drawn).toMatch(/krefGet\(referenced#1\) 0 -> 1 +<== here/);
  copyFileSync(file, `${file}.again`);
  expect(figures("--check", `${file}.again`).status).toBe(0);
});
