import { expect } from "vitest";
import { resolveParams } from "../../src/catalogue/params.ts";
import type { ResolvedScenario } from "../../src/catalogue/resolve.ts";
import type { Followed, ThreadPlan } from "../../src/record/thread-plan.ts";
import type { FollowOptions } from "../../src/workers/follow.ts";
import { followModule } from "../dist.ts";
import type { Stepped } from "./plans.ts";
import { resolve } from "./races.ts";

/** A scenario and its parameters, ready for both the stepper and the threads. */
export interface Ready {
  readonly scenario: ResolvedScenario;
  readonly params: FollowOptions["params"];
}

/** Resolves a catalogue name or a file, and parameters. */
export async function ready(named: string, param: Readonly<Record<string, string>> = {}): Promise<Ready> {
  const scenario = await resolve(named);
  return { scenario, params: resolveParams(scenario.definition, param) };
}

/** Follows a plan on real threads. */
export async function follow(
  { scenario, params }: Ready,
  plan: ThreadPlan,
  options: Partial<FollowOptions> = {},
): Promise<Followed> {
  const engine = await followModule();
  return await engine.follow({ scenario, params, plan, seconds: 30, ...options });
}

/** What threads did is, to the last word, what the stepper did. */
export function expectSame(followed: Followed, run: Stepped): void {
  expect(followed.misfit).toBeUndefined();
  expect(followed.log.map(({ wrote: _, ...step }) => step)).toEqual(run.log);
  expect(followed.taken).toBe(run.plan.steps.length);
  expect(followed.pending).toEqual(run.pending);
  expect(followed.reports).toEqual(run.reports);
  expect(followed.thrown).toEqual([]);
  // The whole arena: control block, violation table, task blocks, counters and heap.
  expect(followed.words).toEqual(run.words);
}
