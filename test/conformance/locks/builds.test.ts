import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../support/built-programs.ts";

// One source, two builds: what a thread gets is decided by module resolution, and both are the same program.

const load = createRequire(import.meta.url);
const dist = join(packageRoot, "dist");
const GeneratorFunction = Object.getPrototypeOf(function* () {}) as object;

function modules(build: string): string[] {
  return readdirSync(join(dist, build, "shared"), { recursive: true, encoding: "utf8" })
    .filter(
      (file) => file.endsWith(".js") && !/^atomic\/(?:stepped|blocking|gated|scheduled)\.js$/.test(file),
    )
    .sort();
}

function isStepped(value: unknown): boolean {
  return typeof value === "function" && Object.getPrototypeOf(value) === GeneratorFunction;
}

test("both builds have the same modules", () => {
  expect(modules("blocking")).toEqual(modules("stepped"));
});

// The index re-exports the door, which this thread gets stepped whatever module asks for it.
test.each(modules("stepped").filter((file) => file !== "atomic/index.js"))(
  "%s exports the same in both builds, stars apart",
  (file) => {
    const stepped = load(join(dist, "stepped", "shared", file)) as Record<string, unknown>;
    const blocking = load(join(dist, "blocking", "shared", file)) as Record<string, unknown>;
    expect(Object.keys(blocking)).toEqual(Object.keys(stepped));
    for (const [name, value] of Object.entries(stepped)) {
      const twin = blocking[name];
      expect(isStepped(twin), `${name} still has its star`).toBe(false);
      expect(typeof twin, name).toBe(typeof value);
      if (typeof value === "function") expect((twin as typeof value).length, name).toBe(value.length);
      else if (!hasFunctions(value)) expect(twin, name).toEqual(value);
    }
  },
);

function hasFunctions(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).some((one) => typeof one === "function")
  );
}

describe("the four doors", () => {
  const doors = ["stepped", "blocking", "gated", "scheduled"].map((door) => {
    const build = door === "stepped" ? "stepped" : "blocking";
    return load(join(dist, build, "shared", "atomic", `${door}.js`)) as Record<string, unknown>;
  });

  test("export the same names", () => {
    const [names, ...others] = doors.map((door) => Object.keys(door).sort());
    for (const other of others) expect(other).toEqual(names);
  });

  test("step only where the source has a star", () => {
    const [stepped = {}, ...others] = doors;
    const steps = Object.entries(stepped).filter(([, value]) => isStepped(value));
    expect(steps.length).toBeGreaterThan(10);
    for (const other of others) for (const [name] of steps) expect(isStepped(other[name])).toBe(false);
  });
});

describe("a worker gets", () => {
  const build = (name: string, from: string): string => join(dist, name, from);
  const cases: readonly (readonly [string, readonly string[], Record<string, string>])[] = [
    [
      "the stepped build, unless told otherwise",
      [],
      { "#shared/sync/mutex": "stepped/shared/sync/mutex.js", "#door": "stepped/shared/atomic/stepped.js" },
    ],
    [
      "the blocking build by condition",
      ["refzero-blocking"],
      {
        "#shared/sync/mutex": "blocking/shared/sync/mutex.js",
        "#scenarios/define": "blocking/scenarios/define.js",
        "#door": "blocking/shared/atomic/blocking.js",
        "#recorder": "blocking/shared/recorder/off.js",
        "#monitor": "blocking/shared/monitor-on.js",
      },
    ],
    [
      "the gated door, the recorder or no monitor beside the blocking build",
      ["refzero-blocking", "refzero-gated", "refzero-recorder", "refzero-unmonitored"],
      {
        "#shared/sync/mutex": "blocking/shared/sync/mutex.js",
        "#door": "blocking/shared/atomic/gated.js",
        "#recorder": "blocking/shared/recorder/ring.js",
        "#monitor": "blocking/shared/monitor-off.js",
      },
    ],
    [
      "the recorder that is listened to ahead of the plain one",
      ["refzero-blocking", "refzero-recorder", "refzero-heard"],
      { "#recorder": "blocking/shared/recorder/heard.js" },
    ],
    [
      "the scheduled door ahead of the gated one",
      ["refzero-blocking", "refzero-gated", "refzero-scheduled"],
      {
        "#shared/sync/mutex": "blocking/shared/sync/mutex.js",
        "#door": "blocking/shared/atomic/scheduled.js",
        "#monitor": "blocking/shared/monitor-on.js",
      },
    ],
  ];
  test.each(cases)("%s", async (_name, conditions, expected) => {
    const worker = new Worker(new URL("../../support/where-entry.mjs", import.meta.url), {
      execArgv: conditions.map((condition) => `--conditions=${condition}`),
    });
    const [found] = (await once(worker, "message")) as [Record<string, string>];
    await worker.terminate();
    for (const [name, path] of Object.entries(expected))
      expect(found[name]).toBe(`file://${build("", path)}`);
  });
});
