import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { compile } from "../../src/build/compile.ts";
import type { ResolvedScenario } from "../../src/catalogue/resolve.ts";
import { buildRoot, emit } from "../support/built-programs.ts";
import { race, told } from "./races.ts";

// The contention monitor on real threads. test/drm/contention-monitor.test.ts has the definition as a property.

/** Builds a scenario that uses more than users can import, and finds it where workers do. */
async function built(name: string): Promise<ResolvedScenario & { ways: readonly string[] }> {
  const file = fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url));
  const { stepped, blocking } = compile(readFileSync(file, "utf8"), file);
  const place = (build: string): string => join(buildRoot, "workers", build, `${name}.js`);
  emit(place("stepped"), stepped);
  emit(place("blocking"), blocking);
  const { default: definition, ways } = await import(pathToFileURL(place("stepped")).href);
  const locate = ({ message }: { message: string }) => ({ file, message });
  return {
    definition,
    ways,
    module: pathToFileURL(place("blocking")).href,
    named: name,
    file,
    locate,
    sources: new Map(),
    cleanup: () => {},
  };
}

const scenario = await built("window");
// One world a batch: the tasks wait for each other in it, so they have to be in the same one.
const options = { batch: 1, seconds: 0.4 };
const contention = ["holds", "waits", "fails", "takes", "tries"];

describe("another task that", () => {
  test.each(contention)("%s counts exactly once a free", async (way) => {
    const record = await race(scenario, { param: { way }, ...options, afterViolation: 60 });
    const [first] = record.violations;
    expect(first?.kind, told(record)).toBe("contention-at-free");
    expect(first).toMatchObject({ object: "window_world#1" });
    expect(record.worlds).toBeGreaterThan(0);
    expect(record.contendedFrees).toBe(record.worlds);
    expect(record.violationCount).toBe(record.worlds);
  });

  test.each(scenario.ways.filter((way) => !contention.includes(way)))("%s does not count", async (way) => {
    const record = await race(scenario, { param: { way }, ...options });
    expect(record.verdict, told(record)).toBe("holds");
    expect(record.worlds).toBeGreaterThan(0);
    expect(record.contendedFrees).toBe(0);
  });
});
