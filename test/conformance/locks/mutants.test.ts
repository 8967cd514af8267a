import { afterAll, describe, expect, test } from "vitest";
import { faults } from "../../support/program.ts";
import exclusion from "../../support/programs/exclusion.ts";
import { ThreadTeam } from "../../support/threads.ts";
import { blockingVariant, removeVariants, steppedVariant } from "../../support/variant.ts";
import { mutants, twoSteps } from "./lock-mutants.ts";

// The locks, broken on purpose in one place each: what the suite checks must notice. Each check also runs over an
// unbroken copy, so that it is the change that it notices.

const idOf = (index: number): string => `mutant-${index}`;

afterAll(() =>
  removeVariants(
    ["none", "threads", ...mutants.keys()].map((key) => (typeof key === "number" ? idOf(key) : key)),
  ),
);

describe("the unbroken locks pass what follows", () => {
  const unbroken = steppedVariant("none", []);
  test.each(mutants)("against $name", ({ check }) => {
    expect(check(unbroken)).toBe("");
  });
});

describe("the suite notices when", () => {
  test.each(mutants.map((mutant, index) => ({ ...mutant, index })))("$name", ({ edits, check, index }) => {
    const variant = steppedVariant(idOf(index), edits);
    expect(check(variant)).not.toBe("");
  });
});

describe("real threads notice when", () => {
  const params = { tasks: 4, rounds: 50_000, algorithm: "wound-wait" } as const;

  test("a spinlock tests, then sets", async () => {
    const erased = twoSteps("peek(word)").replaceAll("yield*", "").replace("function*", "function");
    const team = new ThreadTeam(
      blockingVariant("threads", [
        { file: "sync/spinlock.js", from: /compareExchange\(lock, 0, me\)/, to: "twoSteps(lock, 0, me)" },
        { file: "sync/spinlock.js", from: /$/, to: erased },
      ]),
    );
    let noticed = "";
    // Two cores have to meet within a few instructions: nearly sure in one run, if the machine has two to give.
    const until = performance.now() + 45_000;
    while (noticed === "" && performance.now() < until) {
      noticed = faults(await team.run(exclusion, { ...params, way: "spinlock" }));
    }
    await team.close();
    expect(noticed).toMatch(/two tasks inside|were inside|counted of|lock-misuse/);
  });

  test("a mutex unlock wakes nobody", async () => {
    const team = new ThreadTeam(
      blockingVariant("threads", [
        { file: "sync/mutex-slow.js", from: /if \(first !== 0\) +unpark\(first - 1\);/, to: "" },
      ]),
    );
    const outcome = await team.run(exclusion, { ...params, way: "mutex" });
    await team.close();
    expect(outcome.end).toBe("deadlock");
    expect(outcome.report).toMatch(/task \d: aborted +; waits for \d+, whose word is 0x/);
  });
});
