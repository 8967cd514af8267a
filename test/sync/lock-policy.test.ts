import { afterEach, describe, expect, test } from "vitest";
import { lockPolicies, setLockPolicy } from "#shared/sync/lock-policy";
import { explore } from "../support/explore.ts";
import { faults, type Outcome } from "../support/program.ts";
import exclusion from "../support/programs/exclusion.ts";
import waits, { whoHad } from "../support/programs/waits.ts";
import { sweep } from "../support/trials.ts";

// The policy is the thread's: what follows runs in this one, step by step.
afterEach(() => setLockPolicy("bounded"));

describe.each(lockPolicies)("policy %s", (policy) => {
  test.each(["mutex", "ww-alone", "ww-context"] as const)("excludes, and loses no wake-up: %s", (way) => {
    setLockPolicy(policy);
    const params = { tasks: 3, rounds: 2, way, algorithm: "wound-wait" } as const;
    expect(sweep(exclusion, params, 400)).toBe("");
    const few = { ...params, tasks: 2, rounds: 1 } as const;
    expect(explore(exclusion, few, { preemptions: 2, most: 50_000 }).fault).toBe("");
  });
});

test.each(["mutex", "ww-alone"] as const)("fifo serves a queue in the order of arrival: %s", (kind) => {
  setLockPolicy("fifo");
  const judge = (outcome: Outcome): string => {
    const order = whoHad(outcome.root).join();
    return faults(outcome) || (order === "0,1,2,3" ? "" : `served in the order ${order}`);
  };
  expect(sweep(waits, { tasks: 4, kind, play: "in turn" }, 300, judge)).toBe("");
});
