import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildBlockingPrograms, buildRoot, buildSteppedSupport, packageRoot } from "./built-programs.ts";
import type * as Explore from "./explore.ts";
import type { Params, Program } from "./program.ts";
import type * as Trials from "./trials.ts";
import type * as Inspector from "./ww-inspector.ts";

/** A change of one built file of `shared/`: what is replaced, once, by what. */
export interface Edit {
  readonly file: string;
  readonly from: RegExp;
  readonly to: string;
}

/** The suite's own runner and programs over a changed copy of the locks, apart from this thread's modules. */
export interface Variant {
  readonly trials: typeof Trials;
  readonly explore: typeof Explore;
  readonly inspector: typeof Inspector;
  program<P extends Params>(program: Program<P>): Program<P>;
}

/** Changes a text in one place; a change that does not fit any more is an error, not a mutant that survives. */
function change(text: string, { file, from, to }: Edit): string {
  if (!from.test(text)) throw new Error(`${file} has no ${from}: the mutant has to follow the code`);
  return text.replace(from, to);
}

function copyOf(build: "stepped" | "blocking", id: string, edits: readonly Edit[]): string {
  const root = join(buildRoot, "variants", `${id}-${process.pid}`, build);
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  const shared = join(root, "shared");
  cpSync(join(packageRoot, "dist", build, "shared"), shared, { recursive: true });
  for (const edit of edits) {
    const path = join(shared, edit.file);
    writeFileSync(path, change(readFileSync(path, "utf8"), edit));
  }
  const door = build === "stepped" ? "stepped" : "blocking";
  const recorder = build === "stepped" ? "hook" : "off";
  const imports = {
    "#shared/*": "./shared/*.js",
    "#door": `./shared/atomic/${door}.js`,
    "#recorder": `./shared/recorder/${recorder}.js`,
    "#monitor": "./shared/monitor-on.js",
  };
  writeFileSync(join(root, "package.json"), JSON.stringify({ type: "module", imports }));
  return root;
}

/** The stepped build with `edits`. */
export function steppedVariant(id: string, edits: readonly Edit[]): Variant {
  const root = copyOf("stepped", id, edits);
  buildSteppedSupport(root);
  // Node's own loader: the test runner's would transform every file of every variant.
  const load = (name: string): unknown => createRequire(import.meta.url)(join(root, `${name}.js`));
  return {
    trials: load("trials") as typeof Trials,
    explore: load("explore") as typeof Explore,
    inspector: load("ww-inspector") as typeof Inspector,
    program(program) {
      const { default: same } = load(`programs/${program.name}`) as { default: typeof program };
      return same;
    },
  };
}

/** The blocking build with `edits`: where a team of threads finds its entry and its programs. */
export function blockingVariant(id: string, edits: readonly Edit[]): { entry: URL; programs: string } {
  const root = copyOf("blocking", id, edits);
  cpSync(buildBlockingPrograms(), join(root, "programs"), { recursive: true });
  cpSync(join(packageRoot, "test", "support", "worker-entry.mjs"), join(root, "worker-entry.mjs"));
  return { entry: pathToFileURL(join(root, "worker-entry.mjs")), programs: join(root, "programs") };
}

/** Removes the copies that this process made. */
export function removeVariants(ids: readonly string[]): void {
  for (const id of ids) {
    rmSync(join(buildRoot, "variants", `${id}-${process.pid}`), { recursive: true, force: true });
  }
}
