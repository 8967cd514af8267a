import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { main } from "../dist.ts";

/** How a run of the command line ended. */
export interface Ended {
  /** Exit status, or the signal that ended it. */
  readonly status: number | string;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

/** What a run is started with. */
export interface Start {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  /** Called once the process is there. */
  readonly during?: (child: ChildProcess) => void;
}

/** Longest that any run may take: a test that waits longer has found a hang. */
const LONGEST_MS = 50_000;

/** Runs `refzero` as a process of its own, without a terminal. */
export function refzero(args: readonly string[], start: Start = {}): Promise<Ended> {
  return run(process.execPath, [main, ...args], start);
}

/** Runs a line of shell in which `refzero` is the command. */
export function shell(line: string, start: Start = {}): Promise<Ended> {
  const definition = `refzero() { '${process.execPath}' '${main}' "$@"; }`;
  return run("bash", ["-c", `set -o pipefail; ${definition}; ${line}`], start);
}

async function run(
  command: string,
  args: readonly string[],
  { cwd, env, uid, during }: Start,
): Promise<Ended> {
  const started = performance.now();
  const child = spawn(command, args, {
    cwd: cwd ?? tmpdir(),
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      LANG: "C.UTF-8",
      TMPDIR: process.env.TMPDIR,
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
    ...(uid === undefined ? {} : { uid }),
    timeout: LONGEST_MS,
    killSignal: "SIGKILL",
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  during?.(child);
  const status = await new Promise<number | string>((done, fail) => {
    child.on("error", fail);
    child.on("close", (code, signal) => done(code ?? signal ?? "lost"));
  });
  return { status, stdout, stderr, seconds: (performance.now() - started) / 1000 };
}

/** A fresh folder for each test of a file, also the process's temporary folder. */
export interface Folder {
  readonly path: string;
  write(name: string, text: string): string;
  /** What lies in it, hidden files too. */
  list(): string[];
}

/** Gives each test of a file a folder. */
export function useFolder(): Folder {
  let path = "";
  beforeEach(() => {
    path = realpathSync(mkdtempSync(join(tmpdir(), "refzero-test-")));
  });
  afterEach(() => rmSync(path, { recursive: true, force: true }));
  return {
    get path() {
      return path;
    },
    write(name, text) {
      writeFileSync(join(path, name), text);
      return name;
    },
    list: () => readdirSync(path).sort(),
  };
}
