import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { UsageError } from "../record/usage-error.ts";
import { compile } from "./compile.ts";
import { builtName } from "./specifiers.ts";
import { shownPath, type UserFiles } from "./user-files.ts";

const builds = ["stepped", "blocking"] as const;

/** One file to write, below the directory of either build. */
interface Output {
  readonly path: string;
  readonly source: string;
  readonly stepped: string;
  readonly blocking: string;
}

/** Both builds of a user's files, in memory: laid out as the files lie, seen from their common directory. */
export interface Mirror {
  readonly outputs: readonly Output[];
  readonly files: UserFiles;
  readonly base: string;
}

/**
 * Builds a user's files without writing anything.
 *
 * @throws UsageError UNERASABLE as `erase` does; UsageError BAD_SCENARIO_FILE if two files get one name.
 */
export function buildMirror(files: UserFiles): Mirror {
  const base = commonDirectory([...files.modules.keys(), ...files.data]);
  const outputs = [...files.modules].map(([source, text]) => ({
    path: builtName(relative(base, source)),
    source,
    ...compile(text, shownPath(source)),
  }));
  for (const { path, source } of outputs) {
    const twin = outputs.find((other) => other.path === path && other.source !== source);
    if (twin) {
      const reason = `it and ${basename(twin.source)} would both be built as ${basename(path)}`;
      throw new UsageError("BAD_SCENARIO_FILE", { file: shownPath(source), reason });
    }
  }
  return { outputs, files, base };
}

/** Writes both builds below `directory`; gives the user's file behind each built module. */
export function writeMirror(
  { outputs, files, base }: Mirror,
  directory: string,
  packageRoot: string,
): Map<string, string> {
  const sources = new Map<string, string>();
  // Whatever package the files came from, what is built from them are ES modules.
  write(join(directory, "package.json"), '{ "type": "module" }\n');
  link(packageRoot, join(directory, "node_modules", "refzero"));
  for (const build of builds) {
    for (const output of outputs) {
      const path = join(directory, build, output.path);
      write(path, output[build]);
      sources.set(path, output.source);
    }
    for (const file of files.data) {
      const path = join(directory, build, relative(base, file));
      mkdirSync(dirname(path), { recursive: true });
      copyFileSync(file, path);
    }
    // A link beside each importing file, because files of two directories may mean two versions of a package.
    for (const { importer, name, directory: target } of files.packages) {
      link(target, join(directory, build, dirname(relative(base, importer)), "node_modules", name));
    }
  }
  return sources;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  try {
    symlinkSync(target, path, "junction");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

function commonDirectory(files: readonly string[]): string {
  const [first = "", ...rest] = files.map((file) => dirname(file));
  return rest.reduce((common, directory) => {
    let base = common;
    while (relative(base, directory).startsWith("..")) base = dirname(base);
    return base;
  }, first);
}
