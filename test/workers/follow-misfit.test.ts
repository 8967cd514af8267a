import { describe, expect, test } from "vitest";
import { STEP } from "#shared/atomic/step-kind";
import type { PlannedStep } from "../../src/record/thread-plan.ts";
import { expectSame, follow, ready } from "./follows.ts";
import { atRandom } from "./plans.ts";

/** The first step from `from` on that the same task follows up with another kind of step or another word. */
function pairFrom(steps: readonly PlannedStep[], from: number): number {
  return steps.findIndex((step, at) => {
    const next = steps[at + 1];
    return (
      at >= from &&
      next?.task === step.task &&
      (next.kind !== step.kind || (next.addr !== step.addr && step.addr !== 0))
    );
  });
}

const shown = ({ kind, addr }: PlannedStep) => ({ kind, addr });

describe("a plan that does not fit is told of with its step:", () => {
  test.each([0, 10, 20, 30])("two steps of a task the wrong way round, from step %i on", async (from) => {
    const one = await ready("ww/abba");
    const run = atRandom(one.scenario.definition, one.params, from + 1);
    const at = pairFrom(run.plan.steps, from);
    const [first, second] = run.plan.steps.slice(at, at + 2) as [PlannedStep, PlannedStep];
    const steps = run.plan.steps.with(at, second).with(at + 1, first);
    const followed = await follow(one, { ...run.plan, steps });
    expect(followed.misfit).toEqual({
      why: "other-step",
      step: at,
      task: first.task,
      planned: shown(second),
      met: shown(first),
    });
    expect(followed.taken).toBe(at);
    expect(followed.log.map(({ wrote: _, ...step }) => step)).toEqual(run.log.slice(0, at));
  });

  test("the world is that of the step before, whatever the tasks do on their way out", async () => {
    const one = await ready("ww/abba");
    const { definition } = one.scenario;
    const whole = atRandom(definition, one.params, 4);
    const before = atRandom(definition, one.params, 4, 25);
    const other = { ...(whole.plan.steps[25] as PlannedStep), kind: STEP.CHOOSE };
    const followed = await follow(one, { tasks: 2, steps: [...before.plan.steps, other] });
    expect(followed.misfit).toMatchObject({ why: "other-step", step: 25 });
    expectSame({ ...followed, misfit: undefined }, before);
  });

  test("other parameters", async () => {
    const lock = await ready("shmem/free-vs-shrinker", { design: "lock" });
    const helper = await ready("shmem/free-vs-shrinker", { design: "helper" });
    const run = atRandom(lock.scenario.definition, lock.params, 1);
    const { misfit, taken } = await follow(helper, run.plan);
    expect(misfit).toMatchObject({ why: "other-step", step: taken });
    expect(misfit?.planned).toEqual(shown(run.plan.steps[taken] as PlannedStep));
    expect(misfit?.met).not.toEqual(misfit?.planned);
  });

  test("more tasks than there are, and fewer", async () => {
    const two = await ready("kref/get-unless-zero", { tasks: "2" });
    const three = await ready("kref/get-unless-zero", { tasks: "3" });
    const run = atRandom(three.scenario.definition, three.params, 1);
    const step = run.plan.steps.findIndex(({ task }) => task === 2);
    const many = await follow(two, run.plan);
    expect(many).toMatchObject({ taken: 0, misfit: { why: "tasks", step, task: 2 } });
    const few = await follow(three, { tasks: 2, steps: [] });
    expect(few).toMatchObject({ taken: 0, misfit: { why: "tasks", step: 0 } });
  });

  test("a task that has come to its end", async () => {
    const one = await ready("dpor/mutex");
    const run = atRandom(one.scenario.definition, one.params, 1);
    const last = run.plan.steps.at(-1) as PlannedStep;
    const followed = await follow(one, { ...run.plan, steps: [...run.plan.steps, last] });
    const step = run.plan.steps.length;
    expect(followed.misfit).toEqual({
      why: "ended",
      step,
      task: last.task,
      planned: shown(last),
      met: "ended",
    });
    expect(followed.taken).toBe(step);
  });
});

describe("a plan that ends early leaves the tasks where the stepper has them", () => {
  test.each([0, 1, 2, 17])("after %i steps", async (most) => {
    const one = await ready("shmem/free-vs-shrinker");
    const run = atRandom(one.scenario.definition, one.params, 3, most);
    expectSame(await follow(one, run.plan), run);
  });
});
