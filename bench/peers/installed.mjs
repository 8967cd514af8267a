import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

// Where a peer's package lies. Some export neither their package.json nor the file that is wanted.

const require = createRequire(import.meta.url);

/** The folder (a file URL that ends in a slash) and the version of an installed package, of which `entry` is a file. */
export function installed(packageName, entry = require.resolve(packageName)) {
  let folder = new URL("./", pathToFileURL(entry));
  for (;;) {
    const found = manifest(folder);
    if (found?.name === packageName) return { folder, version: found.version };
    const above = new URL("../", folder);
    if (above.href === folder.href) throw new Error(`${packageName} has no package.json`);
    folder = above;
  }
}

function manifest(folder) {
  try {
    return JSON.parse(readFileSync(new URL("package.json", folder), "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}
