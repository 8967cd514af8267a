import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { ResolvedScenario } from "../catalogue/resolve.ts";

/** Rooms that only show results. */
const shows = ["cli", "report", "types"];

/** A hash of the code that results depend on: with other code they may be others. `root` is where the built rooms lie. */
export function fingerprintOf(root: string = fileURLToPath(new URL("..", import.meta.url))): string {
  const hash = createHash("sha256");
  const rooms = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .filter((room) => !room.startsWith(".") && !shows.includes(room));
  for (const room of rooms.sort()) {
    const files = readdirSync(join(root, room), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.[jt]s$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name));
    for (const file of files.sort())
      hash.update(relative(root, file)).update("\0").update(readFileSync(file));
  }
  return hash.digest("hex");
}

/** A hash of what a row is made of besides our own code: the user's files, and its parameters. */
export function keyOf(
  { named, sources }: Pick<ResolvedScenario, "named" | "sources">,
  rest: readonly unknown[],
): string {
  const texts = [...new Set(sources.values())].sort().map((file) => readFileSync(file, "utf8"));
  return createHash("sha256")
    .update(JSON.stringify([named, texts, rest]))
    .digest("hex");
}
