import { UsageError } from "../record/usage-error.ts";

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "permission denied",
  EISDIR: "it is a folder",
};

/** What is thrown where a file cannot be read: the system's error in our words, anything else as it is. @throws UsageError NO_SUCH_FILE */
export function refuseUnreadable(file: string, error: unknown): never {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof UsageError || code === undefined) throw error;
  throw new UsageError("NO_SUCH_FILE", { file, reason: reasons[code] ?? (error as Error).message });
}
