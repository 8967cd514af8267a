import { lockPaths, type PathEntry } from "#scenarios/paths/index";
import { resolveParams } from "../catalogue/params.ts";
import { UsageError } from "../record/usage-error.ts";
import type { PathChoice } from "./path-team.ts";

/** What is measured where the user names no path: tables whose rows have something to be compared with. */
export const usualTables: readonly (readonly string[])[] = [
  ["bare/cas-store", "bare/futex", "mutex/lock", "ww/lock", "resv/lock", "spinlock/lock", "rwsem/lock"],
  ["bare/add-sub", "kref/put"],
];

/** Most rows of a table: a row takes some seconds. */
const MOST_ROWS = 64;

/** The path of this name. @throws UsageError UNKNOWN_PATH */
export function pathNamed(name: string): PathEntry {
  const found = lockPaths.find(({ definition }) => definition.name === name);
  if (found !== undefined) return found;
  throw new UsageError("UNKNOWN_PATH", { name, allowed: lockPaths.map(({ definition }) => definition.name) });
}

/**
 * The rows of a table: each path with each choice of parameters. `given` has a list of values a key; what is not given
 * is at its default, but for the parameter that a path is there to compare.
 * @throws UsageError UNKNOWN_PATH, UNKNOWN_PARAMETER, BAD_PARAMETER
 */
export function rowsOf(
  names: readonly string[],
  given: Readonly<Record<string, readonly string[]>>,
): PathChoice[] {
  const entries = names.map(pathNamed);
  refuseStrangers(entries, given);
  const rows = entries.flatMap(({ definition, module }) => {
    const own = Object.fromEntries(
      Object.entries(given).filter(([key]) => Object.hasOwn(definition.params, key)),
    );
    const { vary } = definition;
    const param = vary === undefined || Object.hasOwn(own, vary) ? undefined : definition.params[vary];
    const varied = param?.type === "choice" ? { ...own, [vary as string]: param.values } : own;
    return combinations(varied).map((choice) => ({
      path: definition,
      module,
      params: resolveParams(definition, choice),
    }));
  });
  if (rows.length > MOST_ROWS)
    throw new UsageError("UNSUPPORTED", {
      what: `${rows.length} choices of parameters to measure at once`,
      allowed: `${MOST_ROWS} at most`,
    });
  return rows;
}

/** A parameter that none of the paths has is a mistake; one that only some have is meant for those. */
function refuseStrangers(
  entries: readonly PathEntry[],
  given: Readonly<Record<string, readonly string[]>>,
): void {
  const known = [...new Set(entries.flatMap(({ definition }) => Object.keys(definition.params)))];
  for (const key of Object.keys(given))
    if (!known.includes(key))
      throw new UsageError("UNKNOWN_PARAMETER", {
        scenario: entries.map(({ definition }) => definition.name).join(", "),
        key,
        allowed: known,
      });
}

function combinations(lists: Readonly<Record<string, readonly string[]>>): Record<string, string>[] {
  return Object.entries(lists).reduce<Record<string, string>[]>(
    (rows, [key, values]) => rows.flatMap((row) => values.map((value) => ({ ...row, [key]: value }))),
    [{}],
  );
}

/** A label for each row: its path if they differ, and what its parameters have that others' have not. */
export function labelsOf(rows: readonly PathChoice[]): string[] {
  const paths = new Set(rows.map(({ path }) => path.name));
  const differs = (key: string): boolean =>
    new Set(rows.filter(({ params }) => key in params).map(({ params }) => params[key])).size > 1;
  return rows.map(({ path, params }) => {
    const told = Object.entries(params)
      .filter(([key]) => differs(key))
      .map(([key, value]) => `${key}=${value}`);
    return [...(paths.size > 1 || told.length === 0 ? [path.name] : []), ...told].join(" ");
  });
}
