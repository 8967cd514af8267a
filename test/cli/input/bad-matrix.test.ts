import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { useFolder } from "../cli.ts";
import { scenarioText } from "../user-scenarios.ts";
import { refused } from "./refused.ts";

const folder = useFolder();
const fixture = fileURLToPath(new URL("../../fixtures/matrix/neighbour.ts", import.meta.url));
const designs = "calm, stuck, met, freed, warned";

const table: readonly [args: readonly string[], message: string][] = [
  [
    ["--only", "stuk"],
    `--only cannot be 'stuk'; did you mean stuck? Allowed: a design (${designs}), or part of a neighbour's name.`,
  ],
  [["--only", ""], `--only cannot be ''. Allowed: a design (${designs}), or part of a neighbour's name.`],
  [["--only"], "option '--only <pattern>' argument missing"],
  [["--seconds", "0"], "--seconds cannot be '0'. Allowed: a number from 0.05 to 3600 seconds."],
  [["--budget", "none"], "--budget cannot be 'none'. Allowed: a number from 0.001 to 86400 seconds."],
  [["--jobs", "0"], `--jobs cannot be '0'. Allowed: a whole number from 1 to ${availableParallelism()}.`],
  [["--jobs", "1.5"], `--jobs cannot be '1.5'. Allowed: a whole number from 1 to ${availableParallelism()}.`],
  [["--quik"], "unknown option '--quik' (Did you mean --quick?)"],
  [["nowhere.ts"], "cannot read 'nowhere.ts': no such file."],
];

test.each(table)("matrix %j", async (args, message) => {
  expect(await refused(folder, ["matrix", fixture, ...args])).toBe(message);
});

test("a scenario that is not there, and one without expectations", async () => {
  expect(await refused(folder, ["matrix", "ww/abab"])).toBe(
    "no scenario 'ww/abab'; did you mean ww/abba? `refzero list` shows all.",
  );
  folder.write("mine.ts", scenarioText({ one: "yield* load(root);" }));
  for (const named of ["ww/abba", "mine.ts"])
    expect(await refused(folder, ["matrix", named])).toMatch(
      /^\S+ cannot be judged: it has no cell\(\), or no mode batch\. Allowed: /,
    );
});

test("a scenario that cannot be explored is refused as `explore` refuses it", async () => {
  const text = readFileSync(fixture, "utf8").replace("worldWords: () => 96", "worldWords: () => 8");
  folder.write("small.ts", text);
  expect(await refused(folder, ["matrix", "small.ts", "--quick"])).toMatch(/^arena too small: /);
});

test.each([
  ["{", "it is not JSON"],
  [JSON.stringify({ format: "refzero-run" }), "format: "],
])("--resume from a damaged file: %s", async (text, reason) => {
  mkdirSync(join(folder.path, ".refzero"));
  writeFileSync(join(folder.path, ".refzero", "matrix.json"), text);
  const said = await refused(folder, ["matrix", fixture, "--quick", "--resume"]);
  expect(said.startsWith(`cannot use '.refzero/matrix.json': ${reason}`)).toBe(true);
});
