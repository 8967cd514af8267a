import { readdirSync, statSync } from "node:fs";
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

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { problems, files } = lint(packageRoot, process.argv.slice(2));
  for (const problem of problems) console.error(problem);
  if (problems.length === 0) console.log(`${files} files checked: both builds are the same program`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
