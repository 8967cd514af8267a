// Builds dist/ from src/ without a bundler: one file in, one file out, lines and columns kept.
//
//   src/shared, src/scenarios -> dist/stepped/… (types stripped) and dist/blocking/… (stars erased as well)
//   everything else           -> dist/… under the same path
//
// dist/ may be in use while this runs (a race with worker threads, a second build), so every file is replaced
// by a rename and files that have no source any more are removed last.
import { readFileSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { transformSync } from "@swc/wasm-typescript";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const source = join(root, "src");
const dist = join(root, "dist");
const scratch = join(dist, `.tmp-${process.pid}`);
const started = performance.now();

const erasedRooms = /^(?:shared|scenarios)\//;
const door = { stepped: "shared/atomic/stepped.ts", blocking: /^shared\/atomic\/(?:blocking|gated)\.ts$/ };
const written = new Set();

/** Replaces one file of dist/ in a single step; an unchanged file is left alone. */
async function emit(path, text, mode = 0o644) {
  const target = join(dist, path);
  written.add(target);
  if ((await readFile(target, "utf8").catch(() => undefined)) === text) return;
  const temporary = join(scratch, path.replaceAll("/", "+"));
  await mkdir(scratch, { recursive: true });
  await mkdir(dirname(target), { recursive: true });
  await writeFile(temporary, text);
  await chmod(temporary, mode);
  await rename(temporary, target);
}

async function sources(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".d.ts"))
    .map((entry) => relative(source, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .sort();
}

const read = (path) => readFileSync(join(source, path), "utf8");
const built = (path) => path.replace(/\.ts$/, ".js");

/** The eraser is itself TypeScript: strip it (and the error it throws) by hand, then use it for the rest. */
async function bootstrap(files) {
  for (const path of files.filter((file) => /^(?:build|record)\//.test(file))) {
    const { code } = transformSync(read(path), { mode: "strip-only", module: true });
    const js = code.replaceAll(/((?:from|import)\s*\(?\s*"\.[^"\n]*)\.ts"/g, '$1.js"');
    await emit(built(path), js);
  }
  const load = (name) => import(pathToFileURL(join(dist, "build", name)).href);
  return { ...(await load("compile.js")), ...(await load("lint.js")) };
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function removeStale() {
  for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const from = relative(dist, path);
    const other = /^\.tmp-(\d+)/.exec(from);
    // types/ has its own maker; .tmp-… belongs to another build, unless that build was killed.
    if (!entry.isFile() || from.startsWith("types") || (other && isRunning(Number(other[1])))) continue;
    if (!written.has(path)) await rm(other ? join(dist, other[0]) : path, { recursive: true, force: true });
  }
  await rm(scratch, { recursive: true, force: true });
}

const files = await sources(source);
const { compile, compileOnce, lint } = await bootstrap(files);

const { problems } = lint(root, ["src/shared", "src/scenarios"]);
const outputs = [];
const failures = [...problems];
for (const path of files) {
  const mode = path === "cli/main.ts" ? 0o755 : 0o644;
  try {
    if (!erasedRooms.test(path)) {
      outputs.push([built(path), compileOnce(read(path), join("src", path)), mode]);
      continue;
    }
    const { stepped, blocking } =
      path === door.stepped
        ? { stepped: compileOnce(read(path), path) }
        : compile(read(path), join("src", path));
    if (!door.blocking.test(path)) outputs.push([`stepped/${built(path)}`, stepped]);
    if (path !== door.stepped) outputs.push([`blocking/${built(path)}`, blocking]);
  } catch (error) {
    if (error.name !== "UsageError") throw error;
    // A rule says it better than the eraser's own last check does.
    if (!failures.some((failure) => failure.startsWith(`${join("src", path)}:`)))
      failures.push(error.message);
  }
}
if (failures.length > 0) {
  for (const failure of failures) console.error(failure);
  await rm(scratch, { recursive: true, force: true });
  process.exit(1);
}
for (const output of outputs) await emit(...output);
await removeStale();
// Not on stdout, which belongs to the command that `npm start` goes on to run.
console.error(`built ${outputs.length} files in ${Math.round(performance.now() - started)} ms`);
