import fc from "fast-check";

// fast-check's scheduler: promises that a program has wrapped are released in random order. It is what JavaScript has
// for this kind of test. Each execution is one run of a property, with all that belongs to one: the scheduler is
// generated, the program is run, and the schedule is kept for a report.

/** Executions a second of `tasks` tasks that each do `increments` times: read; write what was read plus one. */
export default async function measure({ tasks, increments, seconds, seed }) {
  let lost = 0;
  const property = fc.asyncProperty(fc.scheduler(), async (scheduler) => {
    const counter = { value: 0 };
    const turnOf = (step) => scheduler.schedule(Promise.resolve(step));
    const task = async () => {
      for (let turn = 0; turn < increments; turn++) {
        await turnOf("read");
        const before = counter.value;
        await turnOf("write");
        counter.value = before + 1;
      }
    };
    await scheduler.waitFor(Promise.all(Array.from({ length: tasks }, task)));
    if (counter.value !== tasks * increments) lost++;
  });
  const batch = 1000;
  await fc.check(property, { seed, numRuns: batch });
  lost = 0;
  let executions = 0;
  const started = performance.now();
  let elapsed = 0;
  for (; elapsed < seconds * 1000; elapsed = performance.now() - started) {
    const { failed, numRuns } = await fc.check(property, { seed: seed + 1 + executions, numRuns: batch });
    if (failed) throw new Error("the property throws nothing, and failed");
    executions += numRuns;
  }
  return { executions, lost, seconds: elapsed / 1000, steps: executions * tasks * increments * 2 };
}
