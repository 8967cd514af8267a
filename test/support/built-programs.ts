import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { compile, compileOnce } from "../../src/build/compile.ts";

/** The package's folder. */
export const packageRoot: string = resolve(fileURLToPath(new URL("../..", import.meta.url)));
/** Where what tests build lies: inside the package, so that `#shared/…` resolves as it does for the package. */
export const buildRoot: string = join(packageRoot, "test", ".build");

const supportFiles = [
  "arena",
  "explore",
  "program",
  "scheduler",
  "stepper",
  "trace",
  "trials",
  "ww-inspector",
];
let builtHere = false;
const support = join(packageRoot, "test", "support");

/** The files of `test/support/programs`. */
export function programFiles(): string[] {
  return readdirSync(join(support, "programs"))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(support, "programs", file));
}

/** Writes a file whole or not at all, and not if it is there already: test files build at the same time. */
export function emit(path: string, text: string): void {
  try {
    if (readFileSync(path, "utf8") === text) return;
  } catch {
    mkdirSync(dirname(path), { recursive: true });
  }
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}

/** Erases the programs with the project's own eraser, once a process; returns the folder of their blocking form. */
export function buildBlockingPrograms(): string {
  const folder = join(buildRoot, "blocking");
  if (builtHere) return folder;
  for (const file of programFiles()) {
    const { blocking } = compile(readFileSync(file, "utf8"), file);
    emit(join(folder, built(file)), blocking);
  }
  builtHere = true;
  return folder;
}

const steppedTexts = new Map<string, string>();

/** Writes the stepped runner and the programs into `folder`, for a run apart from this thread's modules. */
export function buildSteppedSupport(folder: string): void {
  if (steppedTexts.size === 0) {
    for (const name of supportFiles) {
      const file = join(support, `${name}.ts`);
      steppedTexts.set(`${name}.js`, compileOnce(readFileSync(file, "utf8"), file));
    }
    for (const file of programFiles()) {
      steppedTexts.set(join("programs", built(file)), compile(readFileSync(file, "utf8"), file).stepped);
    }
  }
  for (const [path, text] of steppedTexts) emit(join(folder, path), text);
}

function built(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1).replace(/\.ts$/, ".js");
}
