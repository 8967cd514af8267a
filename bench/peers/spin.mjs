import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// SPIN, the model checker, on our own Promela versions of programs that refzero explores too (spin/*.pml; each says
// what it models and what one step of it is). Counts of states do not compare with counts of traces: SPIN remembers
// states and stops where it has been, refzero remembers none and runs every trace once. Verdicts do compare.

const MEMORY_MB = 4096;
const DEPTH = 100_000;
const HASH_BITS = 22;

/** Why SPIN cannot run here, in one line; undefined if it can. */
export function spinMissing() {
  const missing = ["spin", "cc"].filter((program) => !isThere(program));
  if (missing.length === 0) return undefined;
  return `no \`${missing.join("` and no `")}\` here, so nothing of SPIN is run: on Debian, apt-get install spin gcc`;
}

function isThere(program) {
  try {
    execFileSync(program, [program === "spin" ? "-V" : "--version"], { stdio: "ignore" });
    return true;
  } catch (error) {
    return error.code !== "ENOENT";
  }
}

/**
 * Checks one model of spin/ for assertions and deadlocks. `defines` are its macros, `por` whether SPIN reduces by
 * partial order, `seconds` how long it may search. The verdict is `holds`, `violated` or `none`; `seconds` is the
 * wall time of the search alone, `building` that of making it.
 */
export async function checkModel(model, { defines = {}, por = true, seconds = 20 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "refzero-spin-"));
  try {
    const file = fileURLToPath(new URL(`./spin/${model}.pml`, import.meta.url));
    const started = performance.now();
    await run(
      "spin",
      [...Object.entries(defines).map(([name, value]) => `-D${name}=${value}`), "-a", file],
      folder,
    );
    const flags = ["-O2", "-w", "-DSAFETY", `-DMEMLIM=${MEMORY_MB}`, ...(por ? [] : ["-DNOREDUCE"])];
    await run("cc", [...flags, "-o", "pan", "pan.c"], folder);
    const built = performance.now();
    // On an interrupt pan says how far it got.
    const said = await run(join(folder, "pan"), ["-n", `-w${HASH_BITS}`, `-m${DEPTH}`], folder, seconds);
    return {
      ...read(said),
      seconds: (performance.now() - built) / 1000,
      building: (built - started) / 1000,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a program to its end, interrupted after `seconds` if given; its exit status matters only without a limit. */
function run(program, args, cwd, seconds) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    const interrupt = seconds && setTimeout(() => child.kill("SIGINT"), seconds * 1000);
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        said += text;
      });
    }
    child.on("error", reject);
    child.on("close", (status) => {
      clearTimeout(interrupt);
      if (status === 0 || seconds !== undefined) resolve(said);
      else reject(new Error(`${program} ${args.join(" ")}: ${said}`));
    });
  });
}

function read(said) {
  const number = (pattern) => Number(pattern.exec(said)?.[1] ?? Number.NaN);
  const errors = number(/errors: (\d+)/);
  const states = number(/^\s*(\d+) states, stored/m);
  const transitions = number(/^\s*(\d+) transitions/m);
  if (Number.isNaN(errors + states + transitions)) throw new Error(`pan said nothing to be read:\n${said}`);
  const reason = /^pan:1: (.*?) \(at depth/m.exec(said)?.[1];
  if (errors > 0) return { verdict: "violated", reason, states, transitions };
  const given = /Search not completed|max search depth too small/.exec(said)?.[0];
  return { verdict: given === undefined ? "holds" : "none", reason: given, states, transitions };
}
