import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { compile, compileOnce } from "../../src/build/compile.ts";

/** The package's folder. */
export const packageRoot: string = resolve(fileURLToPath(new URL("../..", import.meta.url)));
/** Where what tests build lies: inside the package, so that `#shared/…` resolves as it does for the package. */
export const buildRoot: string = join(packageRoot, "test", ".build");

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

/** Erases the programs with the project's own eraser; returns the folder of their blocking form. */
export function buildBlockingPrograms(): string {
  const folder = join(buildRoot, "blocking");
  for (const file of programFiles()) {
    const { blocking } = compile(readFileSync(file, "utf8"), file);
    emit(join(folder, built(file)), blocking);
  }
  return folder;
}

/** Builds the stepped runner and the programs into `folder`, for a run apart from this thread's modules. */
export function buildSteppedSupport(folder: string): void {
  for (const name of ["arena", "explore", "program", "scheduler", "stepper", "trace", "trials"]) {
    const file = join(support, `${name}.ts`);
    emit(join(folder, `${name}.js`), compileOnce(readFileSync(file, "utf8"), file));
  }
  for (const file of programFiles()) {
    emit(join(folder, "programs", built(file)), compile(readFileSync(file, "utf8"), file).stepped);
  }
}

function built(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1).replace(/\.ts$/, ".js");
}
