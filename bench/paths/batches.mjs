import { raceRun } from "../race-run.mjs";
import { median } from "../rounds.mjs";

const ROUNDS = 3;
const SECONDS = 3;

/** Worlds a second of the founding scenario, without and with the recorder, in turns. */
export async function batches() {
  const off = [];
  const on = [];
  let arenaBytes = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (const recorder of [false, true]) {
      const run = await raceRun("shmem/free-vs-shrinker", {}, { seconds: SECONDS, recorder });
      (recorder ? on : off).push(run.worlds / run.seconds);
      arenaBytes = Math.max(arenaBytes, run.arenaBytes);
    }
  }
  const [without, with_] = [median(off), median(on)];
  return [
    {
      name: "race: worlds a second",
      value: without,
      base: 300_000,
      unit: "/s",
      ratio: without / 300_000,
      least: 1,
    },
    {
      name: "race: with the recorder on",
      value: with_,
      base: without,
      unit: "/s",
      ratio: with_ / without,
      least: 0.6,
    },
    {
      name: "race: arena",
      value: arenaBytes / 2 ** 20,
      base: 256,
      unit: "MiB",
      ratio: arenaBytes / 2 ** 28,
      most: 1,
    },
  ];
}
