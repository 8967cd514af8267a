import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../record/usage-error.ts";
import { openCacheDirectory } from "./cache-dir.ts";
import { assertErasable, installedResolver } from "./check.ts";
import { buildMirror, writeMirror } from "./mirror.ts";
import { readUserFiles, shownPath, type UserFiles } from "./user-files.ts";

export { importErrorLocation } from "./import-error.ts";

/** The package this file belongs to, from src/build and dist/build alike. */
const packageRoot = resolve(fileURLToPath(new URL("../..", import.meta.url)));

/** A user's scenario file in both builds. All paths are absolute. */
export interface LoadedScenario {
  /** The entry module for the explorer: generators. */
  readonly stepped: string;
  /** The entry module for worker threads: stars erased. */
  readonly blocking: string;
  /** The user's files it was built from, the entry first. */
  readonly files: readonly string[];
  /** The user's file behind each built module, in both builds. */
  readonly sources: ReadonlyMap<string, string>;
  /** Removes the built files; happens by itself when the process exits. */
  cleanup(): void;
}

/**
 * Builds a user's scenario file, and the files it imports by relative paths, for both engines. Nothing is
 * imported or run. On an error nothing is left on disk.
 *
 * @throws UsageError NO_SUCH_FILE for the file itself; UsageError BAD_SCENARIO_FILE or UNERASABLE, with the
 * file and where there is one the line and column, for anything wrong in it or in a file it imports;
 * UsageError CANNOT_WRITE if there is no room for temporary files.
 */
export async function loadUserScenario(path: string): Promise<LoadedScenario> {
  const files = readUserFiles(path);
  assertUserFilesErasable(files);
  const mirror = buildMirror(files);
  const directory = openCacheDirectory();
  try {
    const sources = writeMirror(mirror, directory.path, packageRoot);
    const entry = resolve(path);
    const [stepped = "", blocking = ""] = [...sources]
      .filter(([, source]) => source === entry)
      .map(([built]) => built);
    return { stepped, blocking, files: [...files.modules.keys()], sources, cleanup: () => directory.close() };
  } catch (error) {
    directory.close();
    throw new UsageError("CANNOT_WRITE", { file: directory.path, reason: (error as Error).message });
  }
}

function assertUserFilesErasable({ modules }: UserFiles): void {
  const resolver = installedResolver(packageRoot);
  try {
    assertErasable([...modules.keys()], {
      ...resolver,
      read: (file) => modules.get(file) ?? resolver.read(file),
    });
  } catch (error) {
    if (!(error instanceof UsageError) || error.code !== "UNERASABLE") throw error;
    const facts = error.facts as UsageError<"UNERASABLE">["facts"];
    throw new UsageError("UNERASABLE", { ...facts, file: shownPath(facts.file) });
  }
}
