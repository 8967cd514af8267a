import { realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/** The package a bare specifier belongs to: `a/b` is of `a`, `@s/a/b` of `@s/a`. */
export function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** Where a package is installed as seen from a file: the nearest `node_modules` upwards that has it. */
export function findPackage(name: string, importer: string): string | undefined {
  for (let directory = dirname(importer); ; directory = dirname(directory)) {
    const candidate = join(directory, "node_modules", name);
    if (statSync(candidate, { throwIfNoEntry: false })?.isDirectory()) return realpathSync(candidate);
    if (directory === dirname(directory)) return undefined;
  }
}
