import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { Role } from "./module.ts";

/** Where a specifier leads: a file, another package, or nowhere that can be told. */
export type Resolution = { readonly file: string } | "foreign" | undefined;

/** How one world of files hangs together: our sources, an installed package with a user's files, a test's. */
export interface Resolver {
  /** `importer` and the result are absolute paths. */
  resolve(specifier: string, importer: string): Resolution;
  roleOf(file: string): Role;
  /** The file's text, or nothing if there is no such file. */
  read(file: string): string | undefined;
}

type Conditional = string | { readonly [condition: string]: Conditional };

interface PackageJson {
  readonly imports?: Record<string, Conditional>;
  readonly exports?: Record<string, Conditional>;
}

const isFile = (file: string): boolean => statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
const read = (file: string): string | undefined => (isFile(file) ? readFileSync(file, "utf8") : undefined);

/**
 * The file a relative specifier means. TypeScript lets authors write the built name of a source that has not
 * been built yet, so `./x.js` finds `x.ts` when there is no `x.js`.
 */
export function relativeFile(specifier: string, importer: string): string | undefined {
  const file = resolve(dirname(importer), specifier);
  return [file, file.replace(/\.(m?)js$/, ".$1ts")].find(isFile);
}

/** Whether a specifier is a path from the importing file. */
export function isRelative(specifier: string): boolean {
  return /^\.\.?(?:\/|$)/.test(specifier);
}

/** Resolves in our own source tree: `#shared/x` and its like as package.json says for `refzero-source`. */
export function sourceResolver(root: string): Resolver {
  const { imports = {} } = packageJson(root);
  return {
    read,
    resolve(specifier, importer) {
      if (isRelative(specifier)) return found(relativeFile(specifier, importer));
      if (specifier.startsWith("#")) return target(root, imports, specifier, ["refzero-source", "default"]);
      return "foreign";
    },
    roleOf(file) {
      const path = relative(root, file).split(sep).join("/");
      // The doors of the blocking build talk to memory itself and never meet the stepped build.
      if (/^src\/shared\/atomic\/(?:blocking|gated|scheduled)\.ts$/.test(path)) return "outside";
      if (path === "src/shared/atomic/stepped.ts") return "door";
      return /^src\/(?:shared|scenarios)\//.test(path) ? "erased" : "outside";
    },
  };
}

/** Resolves a user's files, with `refzero` being the package built at `packageRoot`. */
export function installedResolver(packageRoot: string): Resolver {
  const { imports = {}, exports = {} } = packageJson(packageRoot);
  const dist = join(packageRoot, "dist") + sep;
  return {
    read,
    resolve(specifier, importer) {
      if (isRelative(specifier)) return found(relativeFile(specifier, importer));
      if (specifier.startsWith("#") && importer.startsWith(dist)) {
        return target(packageRoot, imports, specifier, ["default"]);
      }
      const own = /^refzero(?<path>\/.*)?$/.exec(specifier);
      if (own) return target(packageRoot, exports, `.${own.groups?.path ?? ""}`, ["default"]);
      return "foreign";
    },
    roleOf(file) {
      if (!file.startsWith(dist)) return "erased";
      const path = relative(dist, file).split(sep).join("/");
      if (path === "stepped/shared/atomic/stepped.js") return "door";
      return path.startsWith("stepped/") ? "erased" : "outside";
    },
  };
}

function packageJson(root: string): PackageJson {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as PackageJson;
}

const found = (file: string | undefined): Resolution => (file === undefined ? undefined : { file });

/** Node's rule for `imports` and `exports`: the exact key, else the longest pattern; then the first condition. */
function target(
  root: string,
  table: Record<string, Conditional>,
  specifier: string,
  conditions: readonly string[],
): Resolution {
  const patterns = Object.keys(table)
    .filter((key) => key.includes("*"))
    .sort((a, b) => b.indexOf("*") - a.indexOf("*"));
  for (const key of [specifier, ...patterns]) {
    const [head = "", tail] = key.split("*");
    const matches =
      tail === undefined ? table[key] !== undefined : specifier.startsWith(head) && specifier.endsWith(tail);
    if (!matches) continue;
    const path = choose(table[key], conditions);
    if (path === undefined) return undefined;
    const file = join(
      root,
      tail === undefined
        ? path
        : path.replaceAll("*", specifier.slice(head.length, specifier.length - tail.length)),
    );
    return existsSync(file) ? { file } : undefined;
  }
  return undefined;
}

function choose(entry: Conditional | undefined, conditions: readonly string[]): string | undefined {
  if (entry === undefined || typeof entry === "string") return entry;
  for (const [condition, value] of Object.entries(entry)) {
    const path = conditions.includes(condition) ? choose(value, conditions) : undefined;
    if (path !== undefined) return path;
  }
  return undefined;
}
