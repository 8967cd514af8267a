import { fileURLToPath } from "node:url";

/**
 * Explores a program that is soon exhausted again and again until `seconds` are over, in this process: each time from
 * nothing, so that making the machine is part of what is measured.
 */
export default async function measure({ file, params, strategy, seconds }) {
  const { resolveScenario } = await import("../../dist/catalogue/resolve.js");
  const { explore } = await import("../../dist/explore/explore.js");
  const scenario = await resolveScenario(fileURLToPath(new URL(`../../${file}`, import.meta.url)));
  const options = {
    scenario,
    params,
    strategy,
    granularity: "atomic",
    bound: 0,
    depth: 3,
    seed: 1,
    executions: 1e12,
    seconds: 600,
    steps: 10_000,
    shrink: 0,
    keepGoing: true,
  };
  const tally = { executions: 0, steps: 0, explorations: 0 };
  const started = performance.now();
  let elapsed = 0;
  for (; elapsed < seconds * 1000; elapsed = performance.now() - started) {
    const { executions, steps, exhaustive } = await explore(options);
    if (!exhaustive) throw new Error(`${strategy} did not exhaust ${file}`);
    tally.executions += executions;
    tally.steps += steps;
    tally.explorations++;
  }
  scenario.cleanup();
  return { ...tally, seconds: elapsed / 1000 };
}
