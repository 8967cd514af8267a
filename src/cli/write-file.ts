import { randomUUID } from "node:crypto";
import {
  closeSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { UsageError } from "../record/usage-error.ts";

/** A file that appears whole or not at all. */
export interface PendingFile {
  /** Puts the text in place. @throws UsageError CANNOT_WRITE */
  write(text: string): void;
  /** The same for a text too long to be held at once. */
  writeParts(parts: Iterable<string>): void;
  /** Gives up: nothing is left. */
  discard(): void;
}

/** Where files go that nobody asked for by name. */
export const FOLDER = ".refzero";

/** Makes that folder. @throws UsageError CANNOT_WRITE */
export function makeFolder(): void {
  try {
    mkdirSync(FOLDER, { recursive: true });
  } catch (error) {
    throw new UsageError("CANNOT_WRITE", { file: FOLDER, reason: (error as Error).message });
  }
}

/** Characters that are written at once. */
const CHUNK = 1024 * 1024;

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is no folder",
  ENAMETOOLONG: "the name is too long",
  EROFS: "the file system is read-only",
  ENOSPC: "no space left",
};

function refuse(file: string, error: unknown): never {
  const { code, message } = error as NodeJS.ErrnoException;
  throw new UsageError("CANNOT_WRITE", { file, reason: reasons[code ?? ""] ?? message });
}

/**
 * Makes sure before any work that `file` can be written, and reserves the place beside it.
 * @throws UsageError CANNOT_WRITE
 */
export function pendingFile(file: string): PendingFile {
  const target = writableTarget(file);
  // Not made from the file's own name, which may be as long as a name can be.
  const temporary = join(dirname(target), `.refzero-${randomUUID()}.tmp`);
  const discard = (): void => {
    process.off("exit", discard);
    rmSync(temporary, { force: true });
  };
  try {
    closeSync(openSync(temporary, "wx"));
  } catch (error) {
    refuse(file, error);
  }
  process.once("exit", discard);
  const put = (fill: () => void): void => {
    try {
      fill();
      renameSync(temporary, target);
      process.off("exit", discard);
    } catch (error) {
      discard();
      refuse(file, error);
    }
  };
  return {
    discard,
    write: (text) => put(() => writeFileSync(temporary, text)),
    writeParts: (parts) => put(() => fillFrom(temporary, parts)),
  };
}

/** Writes the parts one after the other, some of them at a time. */
function fillFrom(file: string, parts: Iterable<string>): void {
  const to = openSync(file, "w");
  try {
    let text = "";
    for (const part of parts) {
      text += part;
      if (text.length < CHUNK) continue;
      writeFileSync(to, text);
      text = "";
    }
    writeFileSync(to, text);
  } finally {
    closeSync(to);
  }
}

/** Where the text will be put: the file itself where `file` is a link. Finds what can be known before, and changes nothing. */
function writableTarget(file: string): string {
  const fail = (reason: string): never => {
    throw new UsageError("CANNOT_WRITE", { file, reason });
  };
  if (file === "") return fail("it has no name");
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined) return /[/\\]$/.test(file) ? fail("there is no such folder") : file;
    if (found.isDirectory()) return fail("it is a folder");
    // Renaming over a device or a pipe would take its place.
    if (!found.isFile()) return fail("it is not a regular file");
    closeSync(openSync(file, "r+"));
    return realpathSync(file);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    return refuse(file, error);
  }
}
