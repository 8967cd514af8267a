import { isolated } from "../isolate.mjs";
import { raceRun } from "../race-run.mjs";
import { median, pairedRatio } from "../rounds.mjs";

const ROUNDS = 4;
const SECONDS = 3;

/** What the contention monitor costs a lock, and whether as many races are seen with it as without. */
export async function monitor() {
  return [...(await costOfLock()), ...(await racesSeen())];
}

async function costOfLock() {
  const ratios = { on: [], off: [] };
  const nanoseconds = { on: [], off: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const [key, conditions] of [
      ["on", ["refzero-blocking"]],
      ["off", ["refzero-unmonitored", "refzero-blocking"]],
    ]) {
      const { ours, byHand } = await isolated("./paths/ww-lock-measure.mjs", conditions, { kind: "alone" });
      ratios[key].push(pairedRatio(ours, byHand));
      nanoseconds[key].push(median(ours));
    }
  }
  const ratio = median(ratios.on) / median(ratios.off);
  return [
    {
      name: "monitor: a lock with it, against without",
      value: median(nanoseconds.on),
      base: median(nanoseconds.off),
      unit: "ns",
      ratio,
    },
  ];
}

// The mutant's own report (a reference taken at count zero) does not come from the monitor, so it can be counted
// with and without it.
async function racesSeen() {
  const seen = { on: [], off: [] };
  const overlap = { on: [], off: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const key of ["on", "off"]) {
      const params = { mutant: "shrinker-plain-get", design: "helper" };
      const run = await raceRun("shmem/free-vs-shrinker", params, {
        seconds: SECONDS,
        monitor: key === "on",
      });
      const reports = run.violationCount - run.contendedFrees;
      seen[key].push((reports / run.worlds) * 1e6);
      overlap[key].push((run.overlap / run.worlds) * 1e6);
    }
  }
  return [
    row("races of a mutant seen, a million worlds", median(seen.on), median(seen.off), 0.5),
    row("frees that overlapped, a million worlds", median(overlap.on), median(overlap.off), 0.5),
  ];
}

function row(name, value, base, least) {
  return { name: `monitor: ${name}`, value, base, unit: "", ratio: value / base, least };
}
