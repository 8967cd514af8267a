import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isolated } from "../isolate.mjs";
import { median, pairedRatio } from "../rounds.mjs";

const ROUNDS = 5;
/** A lock and an unlock. */
const EVENTS = 2;
const root = fileURLToPath(new URL("../../", import.meta.url));

/**
 * What the hooks in a lock cost: the recorder and the lock statistics when they are on, and both when they are off,
 * against a copy of the locks that has no hooks at all.
 */
export async function hooks() {
  const bare = withoutHooks();
  try {
    const here = (conditions) => () =>
      isolated("./paths/ww-lock-measure.mjs", [...conditions, "refzero-blocking"], { kind: "mutex" });
    const ns = await inTurns({
      off: here([]),
      recorder: here(["refzero-recorder"]),
      stat: here(["refzero-metered"]),
      bare: () =>
        isolated(
          pathToFileURL(join(bare, "bench", "paths", "ww-lock-measure.mjs")).href,
          ["refzero-blocking"],
          { kind: "mutex" },
          pathToFileURL(join(bare, "bench", "isolate-entry.mjs")).href,
        ),
    });
    const row = (name, of, base, marks) => ({
      name,
      value: median(of.ours),
      base: median(base.ours),
      unit: "ns",
      ratio: median(of.ratios) / median(base.ratios),
      ...marks,
    });
    // By the hand-written mutex that ran beside each: what the machine did meanwhile is in both.
    const event = ((median(ns.recorder.ratios) - median(ns.off.ratios)) * median(ns.off.byHand)) / EVENTS;
    return [
      {
        name: "recorder on: an event",
        value: event,
        base: 25,
        unit: "ns",
        ratio: event / 25,
        most: 1,
      },
      row("lock statistics on: lock+unlock, mutex", ns.stat, ns.off, { most: 2 }),
      row("hooks off, against none: lock+unlock, mutex", ns.off, ns.bare, { most: 1.05 }),
    ];
  } finally {
    rmSync(bare, { recursive: true, force: true });
  }
}

/** Each once, then each again: nanoseconds, those of the hand-written mutex beside it, and their ratios. */
async function inTurns(runs) {
  const found = Object.fromEntries(
    Object.keys(runs).map((name) => [name, { ours: [], byHand: [], ratios: [] }]),
  );
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, run] of Object.entries(runs)) {
      const { ours, byHand } = await run();
      found[name].ours.push(median(ours));
      found[name].byHand.push(median(byHand));
      found[name].ratios.push(pairedRatio(ours, byHand));
    }
  return found;
}

/** A copy of the blocking build whose locks call no hook, and of what measures it. */
function withoutHooks() {
  const copy = mkdtempSync(join(tmpdir(), "refzero-bench-"));
  mkdirSync(join(copy, "dist"));
  for (const part of ["dist/blocking", "bench", "package.json"])
    cpSync(join(root, part), join(copy, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  const folder = join(copy, "dist", "blocking", "shared", "sync");
  let blanked = 0;
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    const text = readFileSync(file, "utf8");
    const bare = text.replaceAll(/^( *)(?:record|contended)\(.*\);$/gm, (_, indent) => {
      blanked++;
      return `${indent};`;
    });
    writeFileSync(file, bare);
  }
  if (blanked < 10) throw new Error(`only ${blanked} hooks found: the copy is no baseline`);
  return copy;
}
