import { fileURLToPath } from "node:url";

/** A function on a call stack, and where it was. */
export interface Frame {
  readonly name: string;
  /** The source: `src/…` for refzero's own, the user's file as given by `sources`. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

const FRAME = /^\s*at (?:async )?(?:(\S+)(?: \[as \S+\])? \()?(?:(file:\/\/.+?)|(\/.+?)):(\d+):(\d+)\)?$/;
// The stepped build stands in for the source, line by line; under test the source runs itself.
const OWN = /\/(?:dist\/stepped|src)\/((?:shared|scenarios)\/.+?)\.[jt]s$/;
const TEST = /\/(test\/.+\.ts)$/;

/**
 * The frames of scenario code on a stack, the innermost first, without the door's own. `sources` tells the user's
 * file behind a built one.
 */
export function framesOf(stack: string, sources: ReadonlyMap<string, string>): Frame[] {
  const frames: Frame[] = [];
  for (const text of stack.split("\n")) {
    const match = FRAME.exec(text);
    if (match === null) continue;
    const [, name = "", url, path = "", line, column] = match;
    const file = sourceOf(url === undefined ? path : fileURLToPath(url), sources);
    if (file === undefined || file.startsWith("src/shared/atomic/")) continue;
    frames.push({ name: name.replace(/\.next$/, ""), file, line: Number(line), column: Number(column) });
  }
  return frames;
}

function sourceOf(path: string, sources: ReadonlyMap<string, string>): string | undefined {
  const users = sources.get(path);
  if (users !== undefined) return users;
  const own = OWN.exec(path);
  if (own !== null) return `src/${own[1]}.ts`;
  return TEST.exec(path)?.[1];
}

/** True for the inside of locks, refcounts and lists: who called them is what a reader wants to know. */
export function isPrimitive(frame: Frame): boolean {
  return /^src\/shared\/(?:sync|memory|task|stats)/.test(frame.file);
}

/** `file:line:column`. */
export function placeOf(frame: Frame): string {
  return `${frame.file}:${frame.line}:${frame.column}`;
}
