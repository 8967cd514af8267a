import { readdirSync, realpathSync, statSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../record/usage-error.ts";
import { inspect, sourceResolver } from "./check.ts";

/** The package this file belongs to, in src/build and in dist/build alike. */
const packageRoot = resolve(fileURLToPath(new URL("../..", import.meta.url)));

/** What a lint run found, as lines to print. */
export interface LintReport {
  readonly problems: readonly string[];
  readonly files: number;
}

/**
 * Checks every TypeScript file below `paths` (files or folders, relative to `root`) as part of the package
 * whose package.json is in `root`. Syntax errors are problems like any other.
 *
 * @throws UsageError NO_SUCH_FILE for a path that does not exist.
 */
export function lint(root: string, paths: readonly string[]): LintReport {
  const files = paths.flatMap((path) => sourcesBelow(resolve(root, path)));
  const { violations, errors } = inspect(files, sourceResolver(root));
  const near = (message: string): string => message.replaceAll(root + sep, "");
  const problems = [
    ...errors.map(({ message }) => near(message)),
    ...violations.map((one) => near(new UsageError("UNERASABLE", { ...one }).message)),
  ];
  return { problems, files: files.length };
}

function sourcesBelow(path: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined)
    throw new UsageError("NO_SUCH_FILE", { file: path, reason: "no such file or folder" });
  if (found.isFile()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.m?[jt]s$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Exit status: 0 all is well, 1 there are problems, 2 the arguments are wrong. */
function main(paths: readonly string[]): number {
  try {
    const { problems, files } = lint(packageRoot, paths);
    for (const problem of problems) console.error(problem);
    if (problems.length > 0) return 1;
    console.log(`${files} files checked: both builds are the same program`);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(error.message);
    return 2;
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = main(process.argv.slice(2));
}
