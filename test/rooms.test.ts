import { describe, expect, test } from "vitest";
import { type Import, importsOf, readSources, type Sources } from "./source-files.ts";

// Dependencies point down only. The right side is the whole list of rooms that a room may import from, besides
// itself: style guide, section 3. Engines (workers, explore, lockdep) never import one another.
const below: Readonly<Record<string, readonly string[]>> = {
  "index.ts": ["scenarios", "shared"],
  cli: [
    "matrix",
    "triage",
    "bench",
    "report",
    "workers",
    "explore",
    "lockdep",
    "catalogue",
    "scenarios",
    "build",
    "record",
    "shared",
  ],
  // Rows are made of what scenarios declare, and told to lockdep as the catalogue names their locks.
  matrix: [
    "workers",
    "explore",
    "lockdep",
    "catalogue",
    "scenarios",
    "build/cache-dir.ts",
    "record",
    "shared/violation.ts",
  ],
  triage: ["explore", "lockdep", "scenarios", "record"],
  // Measures paths on the race engine's workers.
  bench: ["workers", "catalogue", "scenarios", "record", "shared"],
  report: ["record"],
  workers: ["catalogue", "scenarios", "build", "shared", "record"],
  explore: ["catalogue", "scenarios", "build", "shared", "record"],
  lockdep: ["record"],
  // What both engines need of a scenario: finding it, its parameters, the names of its locks.
  catalogue: ["scenarios", "build", "record", "shared"],
  scenarios: ["shared"],
  build: ["record"],
  record: ["shared/violation.ts"],
  shared: [],
};

/** Rooms that live in workers too: they import nothing of Node and no package. */
const bare = ["shared", "scenarios"];

// Inside shared each folder imports from itself and from those before it.
const order = [
  ["shared/atomic", "shared/errno.ts", "shared/random.ts", "shared/monitor-on.ts", "shared/monitor-off.ts"],
  ["shared/task.ts"],
  ["shared/stats.ts", "shared/violation.ts", "shared/recorder"],
  ["shared/memory"],
  ["shared/sync"],
  ["shared/mm"],
  ["shared/drm"],
];

const roomOf = (file: string): string => file.split("/")[0] ?? "";
const folderOf = (file: string): string => file.split("/").slice(0, 2).join("/");
const levelOf = (file: string): number => order.findIndex((level) => level.includes(folderOf(file)));

function isOurs(to: string, sources: Sources): boolean {
  return sources.has(to) || Object.hasOwn(below, roomOf(to));
}

function forbidden({ from, to, typeOnly }: Import, sources: Sources): string | undefined {
  const room = roomOf(from);
  const allowed = below[room];
  if (allowed === undefined) return `${from}: the table has no room '${room}'`;
  const line = `${from} imports ${to}`;
  if (!isOurs(to, sources))
    return bare.includes(room) ? `${line}: ${room} imports nothing from outside` : undefined;
  if (!sources.has(to)) return `${line}: there is no such file`;
  if (roomOf(to) === room) return room === "shared" ? upwards(from, to) : undefined;
  if (!allowed.some((place) => place === roomOf(to) || place === to))
    return `${line}: ${room} may import from ${allowed.join(", ") || "itself only"}`;
  return room === "record" && !typeOnly ? `${line}: types only` : undefined;
}

function upwards(from: string, to: string): string | undefined {
  if (levelOf(from) < 0) return `${from}: the order of shared/ has no '${folderOf(from)}'`;
  const own = folderOf(from) === folderOf(to);
  return own || levelOf(to) < levelOf(from) ? undefined : `${from} imports ${to}: upwards inside shared/`;
}

function faults(sources: Sources): string[] {
  return [...sources].flatMap(([file, text]) =>
    importsOf(file, text)
      .map((one) => forbidden(one, sources))
      .filter((fault) => fault !== undefined),
  );
}

/** A way from a file back to itself, or nothing. Imports of types vanish when built, so only shared/ has to do without. */
function cycle(sources: Sources): string {
  const done = new Set<string>();
  const path: string[] = [];
  function visit(file: string): string {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file].join(" -> ");
    if (done.has(file)) return "";
    path.push(file);
    const ways = importsOf(file, sources.get(file) ?? "").filter(
      ({ to, typeOnly }) => sources.has(to) && (!typeOnly || roomOf(file) === "shared"),
    );
    const found = ways.map(({ to }) => visit(to)).find((way) => way !== "");
    path.pop();
    done.add(file);
    return found ?? "";
  }
  return [...sources.keys()].map(visit).find((way) => way !== "") ?? "";
}

const sources = readSources();

test("dependencies point down only", () => {
  expect(faults(sources)).toEqual([]);
});

test("no file imports itself, whichever way round", () => {
  expect(cycle(sources)).toBe("");
});

test("the check sees the imports there are", () => {
  const seen = [...sources].flatMap(([file, text]) => importsOf(file, text));
  expect(seen.length).toBeGreaterThan(sources.size);
  expect(seen).toContainEqual({
    from: "shared/atomic/index.ts",
    to: "shared/atomic/stepped.ts",
    typeOnly: false,
  });
  expect(seen).toContainEqual({ from: "workers/entry.ts", to: "workers/task-loop.ts", typeOnly: false });
  expect(seen).toContainEqual({
    from: "record/violation-kinds.ts",
    to: "shared/violation.ts",
    typeOnly: true,
  });
});

describe("a planted import is refused:", () => {
  const planted: readonly [what: string, file: string, text: string, fault: string][] = [
    [
      "an engine in another",
      "explore/x.ts",
      'import { race } from "../workers/race.ts";',
      "explore may import from",
    ],
    [
      "the explorer in the race engine",
      "workers/x.ts",
      'export * from "../explore/machine.ts";',
      "workers may import from",
    ],
    [
      "an engine in a report",
      "report/x.ts",
      'import type { RaceOptions } from "../workers/race-options.ts";',
      "report may import from record",
    ],
    [
      "the engine in a lazy report",
      "report/x.ts",
      'await import("../workers/race.ts");',
      "report may import from record",
    ],
    [
      "a scenario in a lock",
      "shared/sync/x.ts",
      'import { catalogue } from "#scenarios/index";',
      "shared may import from itself only",
    ],
    [
      "a record in a lock",
      "shared/sync/x.ts",
      'import "../../record/run-record.ts";',
      "shared may import from itself only",
    ],
    [
      "the object world in a lock",
      "shared/sync/x.ts",
      'import { Gem } from "#shared/drm/gem-object";',
      "upwards inside shared/",
    ],
    [
      "the object world in reclaim",
      "shared/mm/x.ts",
      'export { Gem } from "../drm/gem-object.ts";',
      "upwards inside shared/",
    ],
    [
      "a lock in the door",
      "shared/atomic/x.ts",
      'import { Mutex } from "../sync/mutex.ts";',
      "upwards inside shared/",
    ],
    [
      "a folder that the order does not know",
      "shared/net/x.ts",
      'import "../task.ts";',
      "has no 'shared/net'",
    ],
    ["Node in a lock", "shared/sync/x.ts", 'import { cpus } from "node:os";', "imports nothing from outside"],
    [
      "a package in a scenario",
      "scenarios/x.ts",
      'import * as v from "valibot";',
      "imports nothing from outside",
    ],
    [
      "the build in a scenario",
      "scenarios/x.ts",
      'import "../build/erase.ts";',
      "scenarios may import from shared",
    ],
    [
      "more than types in the record",
      "record/x.ts",
      'import { report } from "#shared/violation";',
      "types only",
    ],
    [
      "the arena in the record",
      "record/x.ts",
      'import type { Addr } from "#shared/atomic/index";',
      "record may import from shared/violation.ts",
    ],
    [
      "the command line in the catalogue",
      "catalogue/x.ts",
      'import "../cli/output.ts";',
      "catalogue may import from",
    ],
    ["a file that is not there", "cli/x.ts", 'import "../report/nowhere.ts";', "there is no such file"],
    [
      "a room that the table does not know",
      "magic/x.ts",
      'import "../record/run-record.ts";',
      "no room 'magic'",
    ],
  ];
  const files: Sources = new Map([...sources, ["explore/machine.ts", ""]]);

  test.each(planted)("%s", (_what, file, text, fault) => {
    const found = faults(new Map([...files, [file, text]])).filter((line) => line.startsWith(file));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(fault);
  });

  test("a cycle of files", () => {
    const looped = new Map([...sources, ["shared/task.ts", 'import "./violation.ts";']]);
    expect(cycle(looped)).toMatch(/shared\/task\.ts/);
  });
});
