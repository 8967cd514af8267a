import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const root = new URL("..", import.meta.url);
const readme = readFileSync(new URL("README.md", root), "utf8");
const examples = readdirSync(new URL("examples", root)).map((name) => ({
  name,
  text: readFileSync(new URL(`examples/${name}`, root), "utf8"),
}));

describe("the README's programs", () => {
  const blocks = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text]) => text ?? "");

  test("are there", () => expect(blocks.length).toBeGreaterThanOrEqual(2));

  test.each(blocks)("are files under examples/: %#", (block) => {
    expect(examples.map(({ text }) => text)).toContain(block);
  });

  test("are linked to by their names", () => {
    for (const { name, text } of examples)
      if (readme.includes(text)) expect(readme).toContain(`(examples/${name})`);
  });
});
