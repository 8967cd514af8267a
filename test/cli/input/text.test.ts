import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { catalogue } from "#scenarios/index";
import { refzero, useFolder } from "../cli.ts";
import { scenarioText } from "../user-scenarios.ts";

// What people read, as golden files: review the difference, then `npx vitest run test/cli -u`.

const folder = useFolder();
const golden = (name: string): string => `../../golden/${name}.txt`;

async function said(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await refzero(args, { cwd: folder.path });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout;
}

describe("help", () => {
  test.each([
    ["help", ["--help"]],
    ["help-race", ["race", "--help"]],
    ["help-explore", ["explore", "--help"]],
    ["help-replay", ["replay", "--help"]],
    ["help-matrix", ["matrix", "--help"]],
    ["help-list", ["list", "-h"]],
    ["help-demo", ["demo", "-h"]],
  ])("%s", async (name, args) => {
    await expect(await said(...args)).toMatchFileSnapshot(golden(name));
  });

  test("`help race` and `race --help` are the same", async () => {
    expect(await said("help", "race")).toBe(await said("race", "--help"));
    expect(await said("help")).toBe(await said("-h"));
  });

  test("--version is the package's", async () => {
    const text = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
    expect(await said("--version")).toBe(`${(JSON.parse(text) as { version: string }).version}\n`);
  });
});

describe("list", () => {
  test("every scenario with its claim", async () => {
    await expect(await said("list")).toMatchFileSnapshot(golden("list"));
  });

  test.each(["shmem/free-vs-shrinker", "ww/cycle", "kref/get-unless-zero"])(
    "one of them, whole: %s",
    async (name) => {
      await expect(await said("list", name)).toMatchFileSnapshot(golden(`list-${name.replace("/", "-")}`));
    },
  );

  test("--json: everything that is declared, in the same order", async () => {
    const listed = JSON.parse(await said("list", "--json")) as { name: string }[];
    expect(listed.map(({ name }) => name)).toEqual(catalogue.map(({ definition }) => definition.name));
    const [one] = JSON.parse(await said("list", "ww/abba", "--json")) as unknown[];
    expect(one).toEqual({
      name: "ww/abba",
      claim: "two tasks that take two ww-mutexes in opposite orders both finish",
      source: "kernel/locking/test-ww_mutex.c: test_abba(), resolved",
      params: {
        algorithm: {
          type: "choice",
          values: ["wound-wait", "wait-die"],
          default: "wound-wait",
          about: "who backs off",
        },
        mutant: {
          type: "choice",
          values: ["none", "no-backoff"],
          default: "none",
          about: "a deliberate fault",
        },
      },
      mutants: { "no-backoff": ["deadlock"] },
      expect: "holds",
      modes: ["batch"],
    });
  });

  test("a user's own file, with nothing left behind", async () => {
    folder.write("mine.ts", scenarioText({ one: "yield* load(root);" }));
    expect(await said("list", "mine.ts")).toMatch(/^mine\/test\n {2}claim {5}nothing goes wrong\n/);
    expect(folder.list()).toEqual(["mine.ts"]);
  });
});
