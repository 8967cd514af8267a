import { closeSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { UsageError } from "../record/usage-error.ts";

/** A file that appears whole or not at all. */
export interface PendingFile {
  /** Puts the text in place. @throws UsageError CANNOT_WRITE */
  write(text: string): void;
  /** Gives up: nothing is left. */
  discard(): void;
}

function refuse(file: string, error: unknown): never {
  const { code, message } = error as NodeJS.ErrnoException;
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: "there is no such folder",
    EACCES: "permission denied",
    EISDIR: "it is a folder",
    ENOTDIR: "a part of the path is no folder",
    EROFS: "the file system is read-only",
    ENOSPC: "no space left",
  };
  throw new UsageError("CANNOT_WRITE", { file, reason: reasons[code ?? ""] ?? message });
}

/**
 * Makes sure before any work that `file` can be written, and reserves the place beside it.
 * @throws UsageError CANNOT_WRITE
 */
export function pendingFile(file: string): PendingFile {
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`);
  try {
    assertWritable(file);
    closeSync(openSync(temporary, "wx"));
  } catch (error) {
    rmSync(temporary, { force: true });
    refuse(file, error);
  }
  const discard = (): void => rmSync(temporary, { force: true });
  process.once("exit", discard);
  return {
    discard,
    write: (text) => {
      try {
        writeFileSync(temporary, text);
        renameSync(temporary, file);
      } catch (error) {
        discard();
        refuse(file, error);
      }
    },
  };
}

/** Opening finds a folder or a file without permission, and changes nothing. A file that is not there yet is fine. */
function assertWritable(file: string): void {
  try {
    closeSync(openSync(file, "r+"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
