import { describe } from "vitest";
import { onBothBuilds } from "../support/both-builds.ts";
import type { Outcome } from "../support/program.ts";
import wwMisuse, { misuses } from "../support/programs/ww-misuse.ts";

// The misuses of kernel/locking/locking-selftest.c, S1 to S16 and S18 of the lock specification, and next to them
// the correct uses. `ww-misuse` is CONFIG_DEBUG_WW_MUTEXES, `lock-misuse` is CONFIG_DEBUG_MUTEXES.

function diagnosed(misuse: string): (outcome: Outcome) => string {
  return ({ end, violations, report }) => {
    const kinds = [...new Set(violations.map(({ kind }) => kind))].join();
    const expected = misuse.startsWith("ok") ? "" : misuse.startsWith("S10") ? "lock-misuse" : "ww-misuse";
    if (end !== "finished") return report;
    return kinds === expected ? "" : `reported '${kinds}', not '${expected}'`;
  };
}

describe.each(["wait-die", "wound-wait"] as const)("%s", (algorithm) => {
  // The cases that begin with EDEADLK need the younger to be told, which is what wait-die does at once.
  const cases = misuses.filter((misuse) => algorithm === "wait-die" || !/S1[3-6]/.test(misuse));
  for (const misuse of cases) {
    onBothBuilds(
      misuse,
      wwMisuse,
      { tasks: 2, algorithm, misuse },
      { seeds: 40, spinLimits: [0], judge: diagnosed(misuse) },
    );
  }
});
