import { execFile } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

// The locks of C, in a process of their own: what the same machine gives to a program without JavaScript.

const run = promisify(execFile);
const source = fileURLToPath(new URL("./pthread-mutex.c", import.meta.url));
const FLAGS = ["-std=gnu11", "-O2", "-pthread", "-Wall", "-Wextra", "-Werror"];
/** For a compiler, and for a program beyond the seconds that it was asked for. */
const LIMIT_MS = 30_000;

/** The locks that `measure` knows. */
export const modes = ["normal", "adaptive", "cas-store"];

/** The first of cc, gcc and clang on PATH, as a path; undefined if there is none. */
export function compiler() {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return ["cc", "gcc", "clang"]
    .flatMap((program) => folders.map((folder) => join(folder, program)))
    .find(isProgram);
}

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Compiles the program into `folder`, which exists; resolves to its path. Throws with the compiler's words. */
export async function build(folder) {
  const cc = compiler();
  if (cc === undefined) throw new Error("no cc, gcc or clang on PATH");
  const binary = join(folder, "pthread-mutex");
  try {
    await run(cc, [...FLAGS, "-o", binary, source], { timeout: LIMIT_MS });
  } catch (error) {
    throw new Error(`${cc} does not compile ${source}:\n${error.stderr || error.message}`);
  }
  return binary;
}

/**
 * Runs it: `seconds` without clocks, then as long with. Waits (p50, p99, p999, max) are in nanoseconds and hold two
 * clock readings' worth; `nsPerOp` is wall time by the operations of all threads together.
 */
export async function measure(binary, { mode, threads, seconds }) {
  try {
    const args = [mode, String(threads), String(seconds)];
    const { stdout } = await run(binary, args, { timeout: 2000 * seconds + LIMIT_MS, killSignal: "SIGKILL" });
    return JSON.parse(stdout);
  } catch (error) {
    if (error.killed) throw new Error(`pthread-mutex ${mode} did not end in time`);
    throw new Error(`pthread-mutex ${mode}: ${error.stderr || error.message}`);
  }
}
