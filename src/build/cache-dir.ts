import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../record/usage-error.ts";

const open = new Set<string>();

let base: string | undefined;

/** Puts what this thread builds from here on into `directory`, for whoever started the thread to remove. */
export function buildInside(directory: string): void {
  base = directory;
}

function removeAll(): void {
  for (const directory of open) rmSync(directory, { recursive: true, force: true });
  open.clear();
}

/** A directory of this process alone, gone when it is closed or when the process exits. */
export interface CacheDirectory {
  /** Absolute, without symbolic links, so that stack traces name it the same way. */
  readonly path: string;
  /** Removes it with everything in it; a second call does nothing. */
  close(): void;
}

/**
 * Makes a fresh directory among the system's temporary files.
 *
 * @throws UsageError CANNOT_WRITE if the system has no room or right for it.
 */
export function openCacheDirectory(): CacheDirectory {
  let path: string;
  try {
    path = realpathSync(mkdtempSync(join(base ?? tmpdir(), "refzero-")));
  } catch (error) {
    throw new UsageError("CANNOT_WRITE", { file: tmpdir(), reason: (error as Error).message });
  }
  if (open.size === 0) process.once("exit", removeAll);
  open.add(path);
  return {
    path,
    close() {
      rmSync(path, { recursive: true, force: true });
      open.delete(path);
      if (open.size === 0) process.off("exit", removeAll);
    },
  };
}
