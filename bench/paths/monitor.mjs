import { isolated } from "../isolate.mjs";
import { raceRun } from "../race-run.mjs";
import { median, pairedRatio } from "../rounds.mjs";

const ROUNDS = 5;
const SECONDS = 2;

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

// A race needs both cores at once, and a busy machine takes one away: noise only ever lowers what is seen. So the
// best round of each is compared. The mutant's own reports do not come from the monitor, so they can be counted
// with and without it.
async function racesSeen() {
  const seen = { on: 0, off: 0 };
  const overlap = { on: 0, off: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    for (const key of ["on", "off"]) {
      const options = { seconds: SECONDS, monitor: key === "on" };
      const clean = await raceRun("shmem/free-vs-shrinker", { design: "helper" }, options);
      overlap[key] = Math.max(overlap[key], (clean.overlap / clean.worlds) * 1e6);
      const params = { mutant: "shrinker-plain-get", design: "helper" };
      const broken = await raceRun("shmem/free-vs-shrinker", params, options);
      const reports = broken.violationCount - broken.contendedFrees;
      seen[key] = Math.max(seen[key], (reports / broken.worlds) * 1e6);
    }
  }
  return [
    row("races of a mutant seen, a million worlds", seen.on, seen.off, 0.5),
    row("frees that overlapped, a million worlds", overlap.on, overlap.off, 0.2),
  ];
}

function row(name, value, base, least) {
  return { name: `monitor: ${name}`, value, base, unit: "", ratio: value / base, least };
}
