import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { Scenario } from "#scenarios/define";
import { catalogue } from "#scenarios/index";
import { importErrorLocation, loadUserScenario } from "../build/loader.ts";
import { shownPath } from "../build/user-files.ts";
import { UsageError } from "../record/usage-error.ts";
import { checkScenario } from "./check-scenario.ts";

/** A scenario ready to run: its definition, and where workers find its blocking build. */
export interface ResolvedScenario {
  readonly definition: Scenario;
  /** Import specifier for a worker. */
  readonly module: string;
  /** As the user named it, for the command that repeats the run. */
  readonly named: string;
  /** The user's own file, or undefined for a catalogue scenario. */
  readonly file: string | undefined;
  /** The user's file behind each built module, as it is shown; empty for a catalogue scenario. */
  readonly sources: ReadonlyMap<string, string>;
  /** Where in the user's file an exception of scenario code comes from; only its message for a catalogue scenario. */
  readonly locate: (error: Pick<Error, "message" | "stack">) => {
    file: string;
    line?: number;
    column?: number;
    message: string;
  };
  /** Drops what was built for a user's file. */
  readonly cleanup: () => void;
}

/**
 * Finds a scenario by catalogue name or file. Something with a file's ending, or that exists, is a file.
 * @throws UsageError UNKNOWN_SCENARIO, NO_SUCH_FILE, BAD_SCENARIO_FILE, UNERASABLE
 */
export async function resolveScenario(named: string): Promise<ResolvedScenario> {
  const found = catalogue.find(({ definition }) => definition.name === named);
  if (found !== undefined) {
    const locate = ({ message }: { message: string }): { file: string; message: string } => ({
      file: named,
      message,
    });
    return { ...found, named, file: undefined, sources: new Map(), locate, cleanup: () => {} };
  }
  if (/\.[cm]?[jt]s$/.test(named) || named.startsWith(".") || (named !== "" && existsSync(named)))
    return await resolveFile(named);
  throw new UsageError("UNKNOWN_SCENARIO", {
    name: named,
    allowed: catalogue.map(({ definition }) => definition.name),
  });
}

async function resolveFile(named: string): Promise<ResolvedScenario> {
  const built = await loadUserScenario(named);
  try {
    const definition = await importScenario(named, built);
    const locate = (error: Pick<Error, "message" | "stack">): ReturnType<typeof importErrorLocation> =>
      importErrorLocation(Object.assign(new Error(error.message), { stack: error.stack }), built);
    return {
      definition,
      module: pathToFileURL(built.blocking).href,
      named,
      file: named,
      sources: new Map([...built.sources].map(([module, source]) => [module, shownPath(source)])),
      locate,
      cleanup: built.cleanup,
    };
  } catch (error) {
    built.cleanup();
    throw error;
  }
}

async function importScenario(
  named: string,
  built: Awaited<ReturnType<typeof loadUserScenario>>,
): Promise<Scenario> {
  let exports: Readonly<Record<string, unknown>>;
  try {
    exports = await import(pathToFileURL(built.stepped).href);
  } catch (error) {
    const at = importErrorLocation(error, built);
    throw new UsageError("BAD_SCENARIO_FILE", { ...at, reason: `it throws when loaded: ${at.message}` });
  }
  return checkScenario(named, exports.default);
}
