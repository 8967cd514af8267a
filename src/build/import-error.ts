import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { shownPath } from "./user-files.ts";

/** Where in a user's file an import of its built form failed. */
export interface ImportErrorLocation {
  /** The user's file as messages show it. */
  readonly file: string;
  /** From 1; absent when the error does not say. */
  readonly line?: number;
  /** From 1, in UTF-16 code units; absent when the error does not say. */
  readonly column?: number;
  /** What went wrong, on one line, with the user's paths in place of built ones. */
  readonly message: string;
}

/**
 * Maps an exception that was thrown while importing a built module back to the user's file. Building keeps
 * lines and columns, so only the path changes.
 *
 * `loaded` is what `loadUserScenario` gave; without a better place the entry file is named. Never throws.
 */
export function importErrorLocation(
  error: unknown,
  loaded: { readonly files: readonly string[]; readonly sources: ReadonlyMap<string, string> },
): ImportErrorLocation {
  const names = [...loaded.sources].flatMap(([built, source]) => [
    { built: pathToFileURL(built).href, source },
    { built, source },
  ]);
  // Folders come after files: a message may name something beside a built module, such as a package's file.
  const folders = names.map(({ built, source }) => ({ built: dirname(built), source: dirname(source) }));
  const text = error instanceof Error ? error.message : String(error);
  const [message = ""] = [...names, ...folders]
    .reduce((rest, { built, source }) => rest.replaceAll(built, shownPath(source)), text)
    .split(/\r?\n/);
  const lines = (error instanceof Error ? (error.stack ?? "") : "").split("\n");
  for (const [index, line] of lines.entries()) {
    const name = names.find(({ built }) => line.includes(`${built}:`));
    if (name === undefined) continue;
    const place = /^(\d+)(?::(\d+))?/.exec(
      line.slice(line.indexOf(`${name.built}:`) + name.built.length + 1),
    );
    if (place === null) continue;
    const column = place[2] === undefined ? caretColumn(lines.slice(index + 1)) : Number(place[2]);
    return {
      file: shownPath(name.source),
      line: Number(place[1]),
      ...(column === undefined ? {} : { column }),
      message,
    };
  }
  const [entry = ""] = loaded.files;
  return { file: shownPath(entry), message };
}

/** A module that does not link is reported with its line of source and carets below the culprit. */
function caretColumn(lines: readonly string[]): number | undefined {
  const carets = lines.slice(0, 3).find((line) => /^\s*\^+\s*$/.test(line));
  return carets === undefined ? undefined : carets.indexOf("^") + 1;
}
