// Builds dist/ from src/ without a bundler: one file in, one file out, lines and columns kept.
//
//   src/shared, src/scenarios -> dist/stepped/… (types stripped) and dist/blocking/… (stars erased as well)
//   everything else           -> dist/… under the same path
//
// dist/ may be in use while this runs (a race with worker threads, a second build), so every file is replaced
// by a rename and files that have no source any more are removed last.
import { existsSync, readFileSync } from "node:fs";
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
const door = {
  stepped: "shared/atomic/stepped.ts",
  blocking: /^shared\/atomic\/(?:blocking|gated|scheduled)\.ts$/,
};

/** Replaces one file of dist/ in a single step; an unchanged file is left alone. */
async function emit(path, text, mode = 0o644) {
  const target = join(dist, path);
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

/** What a source is built into, below dist/. */
function targets(path) {
  if (!erasedRooms.test(path)) return [built(path)];
  const stepped = door.blocking.test(path) ? [] : [`stepped/${built(path)}`];
  return path === door.stepped ? stepped : [...stepped, `blocking/${built(path)}`];
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Removes what has no source now: another build may have written files since this one began. */
async function removeStale() {
  const current = new Set((await sources(source)).flatMap(targets));
  for (const entry of await readdir(dist, { withFileTypes: true })) {
    const scratchOf = /^\.tmp-(\d+)$/.exec(entry.name);
    // types/ has its own maker, and a build that is still running needs its scratch.
    if (entry.name === "types" || (scratchOf && isRunning(Number(scratchOf[1])))) continue;
    if (scratchOf) await rm(join(dist, entry.name), { recursive: true, force: true });
    else await removeStaleBelow(entry.name, entry.isDirectory(), current);
  }
  await rm(scratch, { recursive: true, force: true });
}

async function removeStaleBelow(path, isDirectory, current) {
  if (!isDirectory) {
    if (!current.has(path)) await rm(join(dist, path), { force: true });
    return;
  }
  for (const entry of await readdir(join(dist, path), { withFileTypes: true })) {
    await removeStaleBelow(`${path}/${entry.name}`, entry.isDirectory(), current);
  }
}

const files = await sources(source);
const { compile, compileOnce, lint } = await bootstrap(files);

const { problems } = lint(
  root,
  ["src/shared", "src/scenarios"].filter((room) => existsSync(join(root, room))),
);
const outputs = [];
const failures = [...problems];
for (const path of files) {
  try {
    const shown = join("src", path);
    const once = !erasedRooms.test(path) || path === door.stepped;
    const { stepped, blocking } = once
      ? { stepped: compileOnce(read(path), shown) }
      : compile(read(path), shown, () => true);
    for (const target of targets(path)) {
      outputs.push([
        target,
        target.startsWith("blocking/") ? blocking : stepped,
        target === "cli/main.js" ? 0o755 : 0o644,
      ]);
    }
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
