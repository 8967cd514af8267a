import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CONTROL_WORDS } from "#shared/atomic/control";
import { mix } from "#shared/random";
import { RING_WORDS } from "#shared/recorder/events";
import { STAT, STAT_WORDS } from "#shared/stats";
import { MAX_TASKS, TASK_WORDS } from "#shared/task";
import { VIOLATION } from "#shared/violation";
import { bytes } from "../../src/catalogue/bytes.ts";
import { UsageError } from "../../src/record/usage-error.ts";
import { LARGEST_ARENA_BYTES, mapArena, RING_STRIDE } from "../../src/workers/arena-map.ts";
import { worldsPerBatch } from "../../src/workers/batch-size.ts";
import { BLOCK, worldAt } from "../../src/workers/pace.ts";
import { conditions } from "../../src/workers/pool.ts";
import type { ArenaMap } from "../../src/workers/protocol.ts";
import type { RaceOptions } from "../../src/workers/race-options.ts";
import { Tally } from "../../src/workers/tally.ts";

const MIB = 1024 * 1024;
const shape = fc.record({
  tasks: fc.integer({ min: 1, max: MAX_TASKS }),
  worldWords: fc.integer({ min: 1, max: 40_000 }),
  recorder: fc.boolean(),
  arenaBytes: fc.integer({ min: MIB / 4, max: LARGEST_ARENA_BYTES }),
});

describe("the arena map", () => {
  test("gives everything a place of its own, inside the arena, or says that it is too small", () => {
    fc.assert(
      fc.property(shape, fc.integer({ min: 1, max: 2000 }), (options, worldCount) => {
        let map: ArenaMap;
        try {
          map = mapArena({ ...options, worldCount });
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
          return;
        }
        const places: [start: number, size: number][] = [
          [0, CONTROL_WORDS],
          [map.violations, VIOLATION.KEPT * VIOLATION.WORDS],
          [map.tasks, options.tasks * TASK_WORDS],
          [map.stats, options.tasks * STAT_WORDS],
          [map.rings, options.recorder ? options.tasks * RING_STRIDE : 0],
          [map.roots, worldCount],
          [map.worlds, map.worldWords * worldCount],
        ];
        for (const [index, [start, size]] of places.entries()) {
          expect(start + size).toBeLessThanOrEqual(places[index + 1]?.[0] ?? map.words);
        }
        expect(map.worldWords).toBeGreaterThanOrEqual(options.worldWords);
        expect(map.words * 4).toBeLessThanOrEqual(options.arenaBytes);
        expect(map.tasks % 16).toBe(0);
        expect(map.worlds % 16).toBe(0);
      }),
    );
    expect(RING_STRIDE).toBeGreaterThanOrEqual(RING_WORDS);
  });

  test("a batch of the usual size fits whenever one world does", () => {
    fc.assert(
      fc.property(shape, (options) => {
        const wanted = { ...options, batch: undefined } as unknown as RaceOptions;
        const worldCount = worldsPerBatch(wanted, options.worldWords, options.tasks);
        const fits = (count: number): boolean => {
          try {
            mapArena({ ...options, worldCount: count });
            return true;
          } catch {
            return false;
          }
        };
        expect(worldCount).toBeGreaterThan(0);
        if (fits(1)) expect(fits(worldCount)).toBe(true);
      }),
    );
  });

  test("sizes have units", () => {
    expect([0, 512, 1024, 1536, MIB, 1.25 * MIB, 64 * MIB].map(bytes)).toEqual([
      "0 bytes",
      "512 bytes",
      "1 KiB",
      "1.5 KiB",
      "1 MiB",
      "1.3 MiB",
      "64 MiB",
    ]);
  });
});

describe("a sweep", () => {
  test("visits each world of a block once, whatever the choice", () => {
    fc.assert(
      fc.property(fc.nat({ max: 0xffffffff }), (choice) => {
        const visited = Array.from({ length: BLOCK }, (_, step) => worldAt(choice, step));
        expect([...visited].sort((a, b) => a - b)).toEqual(
          Array.from({ length: BLOCK }, (_, world) => world),
        );
      }),
    );
  });

  test("is decided by its seed alone, and differs between tasks, batches and seeds", () => {
    expect(mix(1, 2, 3)).toBe(mix(1, 2, 3));
    const others = [mix(1, 2, 3), mix(2, 2, 3), mix(1, 3, 3), mix(1, 2, 4)];
    expect(new Set(others).size).toBe(others.length);
    expect(others.every((value) => value >= 0 && value <= 0xffffffff)).toBe(true);
  });
});

describe("the tally", () => {
  test("counts past the end of a 32-bit counter", () => {
    const view = new Int32Array(new SharedArrayBuffer(2 * STAT_WORDS * 4));
    const tally = new Tally(view, { stats: 0 } as ArenaMap, 2);
    let sum = 0;
    for (const step of [5, 2 ** 31 - 1, 2 ** 31, 7, 2 ** 32 - 1]) {
      view[STAT.FREES] = ((view[STAT.FREES] ?? 0) + step) | 0;
      sum += step;
      tally.update();
      expect(tally.of(0, STAT.FREES)).toBe(sum);
    }
    expect(tally.total(STAT.FREES)).toBe(sum);
    expect(tally.nsPerFree()).toBeNull();
  });

  test("a world counts once every task has been in it", () => {
    const view = new Int32Array(new SharedArrayBuffer(2 * STAT_WORDS * 4));
    const tally = new Tally(view, { stats: 0 } as ArenaMap, 2);
    view[STAT.WORLDS] = 10;
    view[STAT_WORDS + STAT.WORLDS] = 7;
    view[STAT.FREE_NS] = 900;
    view[STAT.FREES_TIMED] = 4;
    tally.update();
    expect(tally.worlds()).toBe(7);
    expect(tally.nsPerFree()).toBe(225);
    expect(tally.row(1, "two")).toMatchObject({ name: "two", worlds: 7, frees: 0 });
  });
});

test("which doors a worker gets is decided by module resolution, the most special condition first", () => {
  expect(conditions({ gated: false, recorder: false, monitor: true })).toEqual([
    "--conditions=refzero-blocking",
  ]);
  expect(conditions({ scheduled: true, gated: false, recorder: false, monitor: true })).toEqual([
    "--conditions=refzero-scheduled",
    "--conditions=refzero-blocking",
  ]);
  expect(conditions({ gated: true, recorder: true, monitor: false })).toEqual([
    "--conditions=refzero-gated",
    "--conditions=refzero-recorder",
    "--conditions=refzero-unmonitored",
    "--conditions=refzero-blocking",
  ]);
});
