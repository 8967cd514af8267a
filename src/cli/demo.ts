import { Command } from "commander";
import { freeDesigns } from "#shared/drm/designs";
import { expectationOf } from "../catalogue/expectation.ts";
import { resolveScenario } from "../catalogue/resolve.ts";
import type { RunRecord } from "../record/run-record.ts";
import { demoText } from "../report/demo-text.ts";
import { numberIn } from "./options.ts";
import { outputStyle, print } from "./output.ts";
import { raceWith } from "./race.ts";

const SCENARIO = "shmem/free-vs-shrinker";
const MUTANT = "shrinker-lock-unref";

/** The `demo` command: the main job in all designs and one mutant. Status 0 if each verdict is the one expected. */
export function demoCommand(finish: (status: number) => void): Command {
  return new Command("demo")
    .description("race the founding case in every free design, and one mutant")
    .option(
      "--seconds <n>",
      "seconds a design",
      numberIn({ option: "--seconds", min: 0.5, max: 600, whole: false, unit: "seconds" }),
      5,
    )
    .action(async ({ seconds }: { seconds: number }) => {
      const runs: RunRecord[] = [];
      let interrupted = false;
      for (const param of [...freeDesigns.map((design) => ({ design })), { mutant: MUTANT }]) {
        const run = await one(param, seconds);
        runs.push(run);
        // ^C ends the demo, with what was measured so far, not just one of its races.
        interrupted = run.interrupted;
        if (interrupted) break;
      }
      print(demoText(runs, outputStyle("auto")));
      const { definition } = await resolveScenario(SCENARIO);
      const expected = runs.every(
        ({ verdict, params }) => verdict === expectationOf(definition, params).verdict,
      );
      finish(interrupted ? 130 : expected ? 0 : 1);
    });
}

async function one(param: Readonly<Record<string, string>>, seconds: number): Promise<RunRecord> {
  const scenario = await resolveScenario(SCENARIO);
  return await raceWith(scenario, { param, seconds, recorder: true, color: "auto" });
}
