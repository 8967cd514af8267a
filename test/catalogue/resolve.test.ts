import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { catalogue } from "#scenarios/index";
import { checkScenario } from "../../src/catalogue/check-scenario.ts";
import { UsageError } from "../../src/record/usage-error.ts";
import { useFolder } from "../cli/cli.ts";
import { scenarioText } from "../cli/user-scenarios.ts";
import { resolveModule } from "../dist.ts";

const folder = useFolder();

describe("a scenario is found", () => {
  test("by its name, without a file to clean up", async () => {
    const { resolveScenario } = await resolveModule();
    for (const { definition, module } of catalogue) {
      const found = await resolveScenario(definition.name);
      expect(found).toMatchObject({ module, named: definition.name, file: undefined });
      expect(found.definition.name).toBe(definition.name);
      expect(found.locate({ message: "boom", stack: "" })).toMatchObject({ message: "boom" });
      found.cleanup();
    }
  });

  test("by its file, built for workers until it is cleaned up", async () => {
    const { resolveScenario } = await resolveModule();
    folder.write("mine.ts", scenarioText({ one: "yield* load(root);" }));
    const file = join(folder.path, "mine.ts");
    const found = await resolveScenario(file);
    expect(found).toMatchObject({ named: file, file });
    expect(found.definition.name).toBe("mine/test");
    expect(existsSync(fileURLToPath(found.module))).toBe(true);
    found.cleanup();
    expect(existsSync(fileURLToPath(found.module))).toBe(false);
  });

  test("a file that fails leaves nothing built behind", async () => {
    const { resolveScenario } = await resolveModule();
    folder.write("mine.ts", "export default 1;");
    await expect(resolveScenario(join(folder.path, "mine.ts"))).rejects.toMatchObject({
      code: "BAD_SCENARIO_FILE",
    });
    expect(folder.list()).toEqual(["mine.ts"]);
  });
});

describe("what a file exports is a scenario", () => {
  const good = catalogue.map(({ definition }) => definition);

  test.each(good)("$name is one", (definition) => {
    expect(checkScenario("mine.ts", definition)).toBe(definition);
  });

  test("only with every part in place", () => {
    const [first] = good;
    for (const key of [
      "name",
      "claim",
      "source",
      "params",
      "expect",
      "mutants",
      "modes",
      "worldWords",
      "setup",
      "tasks",
      "check",
    ]) {
      const broken = { ...first, [key]: undefined };
      const wrong = { ...first, [key]: 42 };
      for (const exported of [broken, wrong]) {
        expect(() => checkScenario("mine.ts", exported), key).toThrow(UsageError);
        expect(() => checkScenario("mine.ts", exported), key).toThrow(
          new RegExp(`^mine\\.ts: its default export is no scenario: ${key}: `),
        );
      }
    }
  });

  test.each([
    ["no parameter type", { params: { x: { type: "float", default: 1 } } }],
    ["a choice without words", { params: { x: { type: "choice", values: [], default: "a" } } }],
    ["no mode", { modes: [] }],
    ["a mode that there is not", { modes: ["sprint"] }],
    ["an empty name", { name: "" }],
  ])("%s: refused", (_what, facts) => {
    expect(() => checkScenario("mine.ts", { ...good[0], ...facts })).toThrow(UsageError);
  });

  test.each([undefined, null, 42, "text", [], () => {}])("%j is none", (exported) => {
    expect(() => checkScenario("mine.ts", exported)).toThrow(UsageError);
  });
});
