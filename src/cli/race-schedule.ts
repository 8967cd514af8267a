import type { ResolvedScenario } from "../catalogue/resolve.ts";
import { fromRace } from "../explore/from-race.ts";
import { Nondeterminism } from "../explore/nondeterminism.ts";
import type { RaceGuide } from "../record/race-guide.ts";
import type { RunRecord, RunSchedule } from "../record/run-record.ts";
import { UsageError } from "../record/usage-error.ts";
import { warn } from "./output.ts";
import { keepSchedule } from "./schedule-file.ts";

/** What happens to threads only: no interleaving of steps ends in it. */
const threadsOnly: ReadonlySet<string> = new Set(["worker-died", "none"]);

/**
 * Turns the violation that a race met into a schedule file. Null if there is none to be had: a soak world has no
 * beginning, and not every violation is found again within the budget.
 */
export async function raceSchedule(
  scenario: ResolvedScenario,
  record: RunRecord,
  guide: RaceGuide | undefined,
): Promise<RunSchedule | null> {
  if (guide === undefined || record.mode !== "batch" || threadsOnly.has(guide.kind)) return null;
  try {
    const found = await fromRace(scenario, record.params, guide, record.command);
    if (found === undefined) return null;
    const { violation, from } = found;
    const file = keepSchedule(scenario, found.record, violation);
    const { kind, steps, preemptions } = violation;
    return { file, from, kind, steps, preemptions };
  } catch (error) {
    // The race's verdict stands, whatever becomes of its schedule.
    if (!(error instanceof UsageError) && !(error instanceof Nondeterminism)) throw error;
    warn(`no schedule was saved: ${error.message}`);
    return null;
  }
}
