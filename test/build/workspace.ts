import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach } from "vitest";

/** A directory with a user's files, and a private place for temporary files that shows what is left there. */
export interface Workspace {
  readonly path: string;
  /** Writes files by path from the directory. */
  write(files: Readonly<Record<string, string | Uint8Array>>): void;
  at(path: string): string;
  /** What lies among the temporary files now. */
  leftovers(): string[];
}

/** Gives each test of a file a fresh workspace, with `TMPDIR` pointing into it. */
export function useWorkspace(): Workspace {
  let path = "";
  const before = process.env.TMPDIR;
  beforeEach(() => {
    path = realpathSync(mkdtempSync(join(tmpdir(), "workspace-")));
    mkdirSync(join(path, "tmp"));
    process.env.TMPDIR = join(path, "tmp");
  });
  afterEach(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    rmSync(path, { recursive: true, force: true });
  });
  return {
    get path() {
      return path;
    },
    write(files) {
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(path, name)), { recursive: true });
        writeFileSync(join(path, name), text);
      }
    },
    at: (name) => join(path, name),
    leftovers: () => readdirSync(join(path, "tmp")),
  };
}

/** Imports a module in a fresh Node process and gives what an expression over it (`m`) evaluates to. */
export function evaluateIn(module: string, expression: string): unknown {
  const script = `
    const drive = (step) => { let r; do r = step.next(); while (!r.done); return r.value; };
    const m = await import(${JSON.stringify(pathToFileURL(module).href)});
    process.stdout.write(JSON.stringify(${expression}) ?? "null");`;
  return JSON.parse(
    execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" }),
  );
}
