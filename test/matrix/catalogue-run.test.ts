import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { useFolder } from "../cli/cli.ts";

// The run of the whole catalogue takes minutes: here it is of files that say of themselves what is so, and what is not.

const folder = useFolder();
const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const fixture = (name: string): string => at(`../fixtures/matrix/${name}.ts`);

function script(name: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [at(`../../scripts/${name}.mjs`), ...args], {
    encoding: "utf8",
    cwd: folder.path,
  });
  return { status, stdout: stdout.replaceAll(at("../fixtures/matrix/"), ""), stderr };
}

describe("npm run catalogue", () => {
  test("a mutant that one design shows is caught; cells, claims and mutants are runs", () => {
    const { status, stdout, stderr } = script("catalogue", fixture("faults"), fixture("neighbour"));
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^catalogue: 8 runs agree, 0 disagree - \d+ s\n$/);
  });

  test("whatever is said wrongly has its line, and the status is 1", () => {
    const { status, stdout } = script("catalogue", fixture("wrong-faults"), "--budget", "1");
    expect(status).toBe(1);
    expect(stdout.trimEnd().split("\n")).toEqual([
      expect.stringMatching(
        /^disagrees: wrong-faults\.ts: expected leak, found nothing \(\d+ executions, every interleaving\)$/,
      ),
      expect.stringMatching(
        /^disagrees: wrong-faults\.ts mutant=shown: expected deadlock, found nothing \(.*\); design=open invariant$/,
      ),
      expect.stringMatching(/^disagrees: wrong-faults\.ts mutant=never: expected invariant, found nothing /),
      "disagrees: wrong-faults.ts design=open mutant=shown: expected to hold, found invariant",
      expect.stringMatching(
        /^not exhausted in 1 s: wrong-faults\.ts turns=100: \d+ executions, more are left$/,
      ),
      expect.stringMatching(/^catalogue: 1 run agrees, 4 disagree, 1 not exhausted - \d+ s$/),
    ]);
  });

  test("a wrong cell is a line with its columns", () => {
    const { status, stdout } = script("catalogue", fixture("wrong"));
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /^disagrees: wrong\.ts design=met told=nothing: contention expected no, found contention-at-free: /m,
    );
    expect(stdout).toMatch(
      /^disagrees: wrong\.ts design=calm told=everything: lockdep expected yes, found no report; /m,
    );
  });

  test("a world without an end is skipped and named", () => {
    const { status, stdout } = script("catalogue", "shmem/churn", "ww/abba");
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^skipped: shmem\/churn: its world has no end\ncatalogue: 2 runs agree, 0 disagree - /,
    );
  });

  test.each([
    [["nowhere/none"], "catalogue: no scenario 'nowhere/none'. `refzero list` shows all.\n"],
    [["--budget", "0"], "catalogue: --budget cannot be '0'. Allowed: seconds.\n"],
  ])("bad input is one line: %j", (args, line) => {
    expect(script("catalogue", ...args)).toEqual({ status: 2, stdout: "", stderr: line });
  });
});

describe("npm run matrix-page", () => {
  test("rewrites what is between the marks, and nothing else", () => {
    const page = join(folder.path, "page.md");
    writeFileSync(page, "before\n<!-- matrix:begin -->\nold\n<!-- matrix:end -->\nafter\n");
    expect(script("matrix-page", page, fixture("neighbour")).status).toBe(0);
    const text = readFileSync(page, "utf8");
    expect(text).toMatch(
      /^before\n<!-- matrix:begin -->\n\n\| neighbour \|[\s\S]*\n\n5 rows agree [^\n]*\n\n<!-- matrix:end -->\nafter\n$/,
    );
  });

  test("leaves a page without marks alone", () => {
    const page = join(folder.path, "page.md");
    writeFileSync(page, "no place\n");
    const { status, stderr } = script("matrix-page", page);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^matrix-page: \S+page\.md has no place for it\./);
    expect(readFileSync(page, "utf8")).toBe("no place\n");
  });
});
