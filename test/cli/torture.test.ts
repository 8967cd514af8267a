import { describe, expect, test } from "vitest";
import { refzero } from "./cli.ts";

const kinds = [
  ["mutex", "mutex_lock"],
  ["ww_mutex", "ww_mutex_lock"],
  ["rwsem", "rwsem_lock"],
  ["spinlock", "spin_lock"],
];

describe("refzero race torture/", () => {
  test.each([...kinds, ["refcount", "refcount"]])("%s ends with locktorture's lines", async (kind, type) => {
    const { status, stdout, stderr } = await refzero(["race", `torture/${kind}`, "--seconds", "1"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^Writes: {2}Total: [1-9]\d* {2}Max\/Min: \d+\/\d+ (\?\?\?)? {2}Fail: 0 $/m);
    expect(stdout).toMatch(new RegExp(`^${type}-torture:--- End of test: SUCCESS: nwriters_stress=2 `, "m"));
    expect(/^Reads : {2}Total: [1-9]/m.test(stdout)).toBe(kind === "rwsem");
  });

  test.each(kinds)("%s mutant=lock-busted fails, status 1", async (kind, type) => {
    const args = ["-p", "mutant=lock-busted", "--stop-first", "--seconds", "20"];
    const { status, stdout } = await refzero(["race", `torture/${kind}`, ...args]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^(?:Writes|Reads ): .* Fail: 1 !!!$/m);
    expect(stdout).toMatch(new RegExp(`^${type}-torture:--- End of test: FAILURE: `, "m"));
    expect(stdout).toMatch(/^violated: invariant on (?:write|read)Held of torture_world#1: /m);
  });
});

test("refzero explore catches a mutex that is not taken", async () => {
  const args = ["explore", "torture/mutex", "-p", "mutant=lock-busted", "-q"];
  const { status, stdout } = await refzero(args);
  expect(status).toBe(1);
  expect(stdout).toMatch(/^violated: (?:data-race|invariant) on writeHeld of torture_world#1/);
});

test.each([
  [["torture/mutex", "-p", "readers=2"], /has no parameter 'readers'/],
  [["torture/rwsem", "-p", "writers=0", "-p", "readers=0"], /its tasks\(\) gives 0 tasks/],
  [["torture/spinlock", "-p", "writers=33"], /'33'/],
])("bad input is one line: %j", async (args, line) => {
  const { status, stderr } = await refzero(["race", ...args]);
  expect(status).toBe(2);
  expect(stderr).toMatch(line);
  expect(stderr.trimEnd()).not.toContain("\n");
});
