import { readFileSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import type { ResolvedScenario } from "../catalogue/resolve.ts";
import { scheduleOf } from "../explore/to-record.ts";
import type { ExploreRecord, ExploreViolation } from "../record/explore-record.ts";
import type { Schedule } from "../record/schedule.ts";
import { parseSchedule } from "../record/schedule-schema.ts";
import { UsageError } from "../record/usage-error.ts";
import { FOLDER, makeFolder, pendingFile } from "./write-file.ts";

/** What a schedule file names its scenario by: a user's file by its path from the schedule's folder. */
function scenarioFrom(named: string, file: string | undefined, schedule: string): string {
  if (file === undefined) return named;
  return pathFrom(dirname(resolve(schedule)), resolve(file)).replaceAll("\\", "/");
}

/** A path that cannot be taken for a catalogue name. */
function pathFrom(folder: string, file: string): string {
  const path = relative(folder, file);
  return path.startsWith(".") || isAbsolute(path) ? path : `./${path}`;
}

/** The scenario of a schedule file, as seen from here. */
export function scenarioOf(schedule: Schedule, file: string): string {
  const { scenario } = schedule;
  if (!scenario.startsWith(".") && !isAbsolute(scenario)) return scenario;
  return pathFrom(process.cwd(), resolve(dirname(resolve(file)), scenario));
}

/** A name for a schedule: its scenario and what is its own. */
function scheduleName(named: string, hash: string): string {
  const plain = basename(named) === named || !/\.[cm]?[jt]s$/.test(named) ? named : basename(named);
  const stem = plain.replace(/\.[cm]?[jt]s$/, "").replaceAll(/[^\w-]+/g, "-");
  return join(FOLDER, `${stem}-${hash.slice(0, 4)}.schedule.json`);
}

/**
 * Keeps a violation's interleaving as a schedule file, whole or not at all; returns its path: `asked`, or one made up.
 * @throws UsageError CANNOT_WRITE
 */
export function keepSchedule(
  scenario: ResolvedScenario,
  record: ExploreRecord,
  violation: ExploreViolation,
  asked?: string,
): string {
  const path = asked ?? scheduleName(scenario.named, violation.witness.steps.at(-1)?.hash ?? "0");
  const named = scenarioFrom(scenario.named, scenario.file, path);
  if (dirname(path) === FOLDER) makeFolder();
  const pending = pendingFile(path);
  pending.write(`${JSON.stringify(scheduleOf(record, violation, named), null, 1)}\n`);
  return path;
}

/** Reads a schedule file. @throws UsageError NO_SUCH_FILE, BAD_FILE */
export function readSchedule(path: string): Schedule {
  return parseSchedule(path, readText(path));
}

/** Largest file that is read: no file of ours is near it. */
const MOST_BYTES = 512 * 1024 * 1024;

/** The text of a file. @throws UsageError NO_SUCH_FILE */
export function readText(path: string): string {
  try {
    const bytes = readFileSync(path);
    if (bytes.length > MOST_BYTES) throw new Error("it is too large");
    return bytes.toString("utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason =
      code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : message;
    throw new UsageError("NO_SUCH_FILE", { file: path, reason });
  }
}
