import { readFileSync, statSync } from "node:fs";
import { isBuiltin } from "node:module";
import { extname, isAbsolute, relative, resolve } from "node:path";
import { UsageError } from "../record/usage-error.ts";
import { isRelative, relativeFile } from "./analysis/resolver.ts";
import { findPackage, packageName } from "./packages.ts";
import { type Position, positions } from "./position.ts";
import { type Specifier, specifiers } from "./specifiers.ts";
import { strip } from "./strip.ts";

/** Everything a user's entry file needs from its own side. All paths are absolute. */
export interface UserFiles {
  /** Texts of the modules, the entry first, without byte order marks. */
  readonly modules: ReadonlyMap<string, string>;
  /** Other files that modules name, such as JSON. */
  readonly data: ReadonlySet<string>;
  /** Packages that modules import. */
  readonly packages: readonly {
    readonly importer: string;
    readonly name: string;
    readonly directory: string;
  }[];
}

const moduleExtensions = [".ts", ".mts", ".js", ".mjs"];

/** A path as messages show it: from the working directory if it is below that. */
export function shownPath(file: string): string {
  const path = relative(process.cwd(), file);
  return path === "" || path.startsWith("..") || isAbsolute(path) ? file : path;
}

/**
 * Reads a user's file and, recursively, every file it imports by a relative path.
 *
 * @throws UsageError NO_SUCH_FILE for the entry; UsageError BAD_SCENARIO_FILE, with line and column of the
 * import where there is one, for anything that cannot be read, parsed or resolved.
 */
export function readUserFiles(entry: string): UserFiles {
  const modules = new Map<string, string>();
  const data = new Set<string>();
  const packages: UserFiles["packages"][number][] = [];
  const first = resolve(entry);
  const unreadable = whyUnreadable(first);
  if (unreadable) throw new UsageError("NO_SUCH_FILE", { file: entry, reason: unreadable });
  const pending = [first];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (modules.has(file)) continue;
    const text = readText(file);
    modules.set(file, text);
    const { program } = strip(text, shownPath(file));
    for (const specifier of specifiers(program)) {
      const found = follow(specifier, file, positions(text)(specifier.start));
      if (found?.module) pending.push(found.module);
      if (found?.data) data.add(found.data);
      if (found?.package) packages.push({ importer: file, ...found.package });
    }
  }
  return { modules, data, packages };
}

interface Found {
  readonly module?: string;
  readonly data?: string;
  readonly package?: { readonly name: string; readonly directory: string };
}

function follow({ value, kind }: Specifier, file: string, at: Position): Found | undefined {
  const fail = (reason: string): never => {
    throw new UsageError("BAD_SCENARIO_FILE", { file: shownPath(file), ...at, reason });
  };
  if (isRelative(value)) {
    const target = relativeFile(value, file);
    if (target === undefined) return kind === "url" ? undefined : fail(missing(value, file));
    if (moduleExtensions.includes(extname(target)) && !/\.d\.m?ts$/.test(target)) return { module: target };
    if (kind === "url" || extname(target) === ".json") return { data: target };
    return fail(`'${value}' is not a module; only ${moduleExtensions.join(", ")} and .json can be imported`);
  }
  if (kind === "url" || isBuiltin(value) || value.startsWith("data:")) return undefined;
  if (isAbsolute(value) || /^\w+:/.test(value))
    return fail(`cannot import '${value}'; write a path relative to this file`);
  if (value.startsWith("#"))
    return fail(`cannot import '${value}'; names of a package.json are not followed here`);
  const name = packageName(value);
  if (name === "refzero") return undefined;
  const directory = findPackage(name, file);
  return directory
    ? { package: { name, directory } }
    : fail(`package '${name}' is not installed for this file`);
}

function missing(value: string, file: string): string {
  const nearest = ["ts", "js", "mts", "mjs"]
    .flatMap((extension) => [`${value}.${extension}`, `${value.replace(/\/$/, "")}/index.${extension}`])
    .find((path) => relativeFile(path, file) !== undefined);
  return `cannot find '${value}'${nearest === undefined ? "" : `; did you mean '${nearest}'?`}`;
}

function readText(file: string): string {
  const fail = (reason: string): never => {
    throw new UsageError("BAD_SCENARIO_FILE", { file: shownPath(file), reason });
  };
  if (/\.d\.m?ts$/.test(file)) return fail("a declaration file has no code to run");
  if (!moduleExtensions.includes(extname(file))) {
    return fail(`a scenario file ends in ${moduleExtensions.join(", ")}`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    return fail(error instanceof TypeError ? "not a text in UTF-8" : `cannot be read: ${codeOf(error)}`);
  }
}

function whyUnreadable(file: string): string | undefined {
  try {
    const found = statSync(file);
    if (found.isDirectory()) return "it is a directory";
    return found.isFile() ? undefined : "it is not a regular file";
  } catch (error) {
    return codeOf(error) === "ENOENT" ? "no such file" : codeOf(error);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
