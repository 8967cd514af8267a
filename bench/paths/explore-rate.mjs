import { explored, strategiesOffered } from "../explored.mjs";
import { isolated } from "../isolate.mjs";
import { median } from "../rounds.mjs";
import { judged, number, table } from "../table.mjs";

// Executions a second on the smallest race there is: tasks that read a word and write it plus one. The smallest size is
// soon exhausted (90 interleavings, 36 traces), so the strategies that end when nothing is left explore it again and
// again in one process; the others, and all of them on the larger size, are told to stop after some seconds. The time
// in which code is not compiled yet is in every figure of refzero, and in none of its peers'.

const FILE = "examples/racy-increments.ts";
const KNOWN = ["dfs", "dpor", "random", "pct", "pos"];
const ENDS = ["dfs", "dpor"];
const TASKS = 3;
const AT_LEAST = 10;

/** The rate of each strategy that refzero has, of fast-check's scheduler, and of bare generators as the ceiling. */
export async function rateTable({ rounds, seconds }) {
  const strategies = await strategiesOffered(KNOWN);
  const rows = [];
  for (const increments of [1, 4]) {
    const size = { tasks: TASKS, increments };
    const runs = {
      "fast-check": (seed) => isolated("./peers/fast-check.mjs", [], { ...size, seconds, seed }),
      "bare generators": (seed) => isolated("./peers/generators.mjs", [], { ...size, seconds, seed }),
    };
    for (const strategy of strategies) runs[strategy] = () => refzeroRun(strategy, size, seconds);
    rows.push(...rowsOf(size, await inTurns(runs, rounds)));
  }
  rows.push(await shmemRow(seconds));
  return table(
    ["what", "executions/s", "steps/s", "ns a step", "of fast-check", "of bare generators", ""],
    rows,
  );
}

function refzeroRun(strategy, size, seconds) {
  if (size.increments === 1 && ENDS.includes(strategy))
    return isolated("./paths/explore-repeat.mjs", [], { file: FILE, params: size, strategy, seconds });
  const flags = [
    "--strategy",
    strategy,
    "--seconds",
    String(seconds),
    "--keep-going",
    "--granularity",
    "atomic",
  ];
  return explored(FILE, size, flags);
}

/** Everything once, then everything again: a noisy minute hits all alike. The median of each. */
async function inTurns(runs, rounds) {
  const rates = Object.fromEntries(Object.keys(runs).map((name) => [name, { executions: [], steps: [] }]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(runs)) {
      const { executions, steps, seconds } = await run(round + 1);
      rates[name].executions.push(executions / seconds);
      rates[name].steps.push(steps / seconds);
    }
  }
  return Object.entries(rates).map(([name, { executions, steps }]) => ({
    name,
    executions: median(executions),
    steps: median(steps),
  }));
}

function rowsOf({ tasks, increments }, rates) {
  const [fastCheck, ceiling] = rates.map(({ executions }) => executions);
  return rates.map(({ name, executions, steps }, index) => {
    const ratio = executions / fastCheck;
    return [
      `${tasks} tasks x ${increments}: ${index < 2 ? name : `refzero ${name}`}`,
      number(executions),
      number(steps),
      number(1e9 / steps),
      index === 0 ? "" : ratio.toFixed(2),
      index < 2 ? "" : (executions / ceiling).toFixed(3),
      index < 2 ? "" : judged({ ratio, least: AT_LEAST }),
    ];
  });
}

/** The scenario that refzero is for: 3 tasks, a step a lock operation or a plain access. */
async function shmemRow(seconds) {
  const flags = ["--granularity", "lock", "--seconds", String(seconds)];
  const run = await explored("shmem/free-vs-shrinker", { tasks: 3 }, flags);
  const steps = run.steps / run.seconds;
  return [
    "shmem/free-vs-shrinker, 3 tasks, granularity lock: refzero dpor",
    number(run.executions / run.seconds),
    number(steps),
    number(1e9 / steps),
    "",
    "",
    "",
  ];
}
