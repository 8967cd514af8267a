import { beforeEach, describe, expect, test } from "vitest";
import { type Addr, peek, poke, WorldAbandoned } from "#shared/atomic/index";
import { ArenaFull } from "#shared/memory/arena-full";
import { HEADER, Heap, initHeap, QUARANTINE } from "#shared/memory/heap";
import {
  allocate,
  allocatedBy,
  allocateWords,
  checkPoison,
  free,
  freedBy,
  isLive,
  layoutOf,
  liveObjects,
  objectsOf,
} from "#shared/memory/object";
import { POISON } from "#shared/memory/poison";
import { struct } from "#shared/memory/struct";
import { setCurrentTask } from "#shared/task";
import { drive, World } from "../support/arena.ts";

const Thing = struct("test_thing", { a: "plain", b: "plain", c: "plain" });
const THING_WORDS = Thing.size + HEADER.WORDS;

let world: World;
let heap: Addr;

beforeEach(() => {
  world = new World(4, 1024);
  heap = world.heap;
});

function make(count: number): Addr[] {
  return Array.from({ length: count }, () => drive(allocate(heap, Thing)));
}

function words(object: Addr, size: number = Thing.size): number[] {
  return Array.from({ length: size }, (_, word) => peek(object + word));
}

function kinds(): string[] {
  return world.violations().map(({ kind }) => kind);
}

describe("an object", () => {
  test("starts with zeroes, live, of its struct, from its task", () => {
    for (let word = 0; word < 200; word++) poke(heap + Heap.size + word, 7);
    setCurrentTask(2);
    const [thing = 0] = make(1);
    expect(words(thing)).toEqual([0, 0, 0]);
    expect([isLive(thing), allocatedBy(thing), freedBy(thing), liveObjects(heap)]).toEqual([true, 2, -1, 1]);
    expect(layoutOf(thing)).toBe(Thing);
  });

  test("of plain words has no struct", () => {
    expect(layoutOf(drive(allocateWords(heap, 0, 5)))).toBeUndefined();
  });

  test("is poisoned when freed, and says who freed it", () => {
    const [thing = 0] = make(1);
    setCurrentTask(3);
    drive(free(heap, thing));
    expect(words(thing)).toEqual([POISON, POISON, POISON]);
    expect([isLive(thing), allocatedBy(thing), freedBy(thing), liveObjects(heap)]).toEqual([false, 0, 3, 0]);
    expect(kinds()).toEqual([]);
  });

  test("freed twice is reported with the task that freed it first, and the second task leaves", () => {
    const [thing = 0] = make(1);
    setCurrentTask(1);
    drive(free(heap, thing));
    setCurrentTask(2);
    expect(() => drive(free(heap, thing))).toThrow(WorldAbandoned);
    expect(world.violations()).toEqual([{ kind: "double-free", task: 2, object: thing, value: 0, other: 2 }]);
    expect(liveObjects(heap)).toBe(0);
  });

  test("does not overlap another, and all are found again, oldest first", () => {
    const things = [...make(3), drive(allocateWords(heap, 0, 10)), ...make(2)];
    for (const [index, thing] of things.entries()) poke(thing, index + 1);
    expect(things.map((thing) => peek(thing))).toEqual([1, 2, 3, 4, 5, 6]);
    drive(free(heap, things[1] ?? 0));
    expect(objectsOf(heap)).toEqual(things);
  });
});

describe("poison", () => {
  test("that was read is a use after free, anything else is not", () => {
    checkPoison(1234, 0);
    checkPoison(1234, POISON + 1);
    expect(kinds()).toEqual([]);
    checkPoison(1234, POISON);
    expect(world.violations()).toMatchObject([{ kind: "use-after-free", object: 1234, value: POISON }]);
  });
});

describe("a heap that never reuses memory", () => {
  test("hands out new memory after a free", () => {
    const [first = 0] = make(1);
    drive(free(heap, first));
    const [second = 0] = make(1);
    expect(second).toBeGreaterThan(first);
    expect(words(first)).toEqual([POISON, POISON, POISON]);
  });
});

describe("a full heap", () => {
  beforeEach(() => {
    // Room for two things, and not quite for a third.
    heap = initHeap(world.heap, Heap.size + 3 * THING_WORDS - 1, 0);
  });

  test("says how much was asked for and how much is left", () => {
    make(2);
    const size = Heap.size + 3 * THING_WORDS - 1;
    expect(() => make(1)).toThrow(
      `out of arena: asked for ${THING_WORDS * 4} bytes, ${(THING_WORDS - 1) * 4} left of ${size * 4}`,
    );
    try {
      make(1);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ArenaFull);
      expect((error as ArenaFull).facts).toEqual({
        askedWords: THING_WORDS,
        leftWords: THING_WORDS - 1,
        sizeWords: size,
      });
    }
  });

  test("still hands out what fits after it refused what did not", () => {
    make(1);
    expect(() => drive(allocateWords(heap, 0, 100))).toThrow(ArenaFull);
    expect(make(1)).toHaveLength(1);
  });

  test("knows its objects, and no others, after it refused one", () => {
    const things = make(2);
    expect(() => make(1)).toThrow(ArenaFull);
    expect(objectsOf(heap)).toEqual(things);
  });
});

describe("a heap with a quarantine", () => {
  const BEHIND = 2;

  beforeEach(() => {
    heap = initHeap(world.heap, 900, BEHIND);
  });

  test("reuses an object once so many others of its size were freed after it, oldest first", () => {
    const things = make(5);
    for (const thing of things.slice(0, BEHIND)) drive(free(heap, thing));
    const [fresh = 0] = make(1);
    expect(things).not.toContain(fresh);
    for (const thing of things.slice(BEHIND)) drive(free(heap, thing));
    expect(make(3)).toEqual(things.slice(0, 3));
    expect(make(1)).not.toContain(things[3]);
  });

  test("hands a reused object out clean and live", () => {
    const [first = 0, ...others] = make(BEHIND + 1);
    for (const thing of [first, ...others]) drive(free(heap, thing));
    setCurrentTask(1);
    expect(make(1)).toEqual([first]);
    expect([words(first), isLive(first), allocatedBy(first), freedBy(first)]).toEqual([
      [0, 0, 0],
      true,
      1,
      -1,
    ]);
  });

  test("is not filled up by frees of two sizes that share a list", () => {
    const live: Addr[] = [];
    for (let round = 0; round < 60; round++) {
      live.push(drive(allocateWords(heap, 0, round % 2 === 0 ? 3 : 3 + 64)));
      const oldest = live.length > 2 ? live.shift() : undefined;
      if (oldest !== undefined) drive(free(heap, oldest));
    }
    expect(liveObjects(heap)).toBe(2);
  });

  test("reuses an object for another of the same size only", () => {
    const sizes = [3, 3 + 64, 4];
    const objects = sizes.map((size) => drive(allocateWords(heap, 0, size)));
    for (const object of objects) drive(free(heap, object));
    for (const size of sizes) {
      // Fill the quarantine of this size, then one more.
      const more = Array.from({ length: BEHIND + 1 }, () => drive(allocateWords(heap, 0, size)));
      for (const object of more) drive(free(heap, object));
    }
    for (const size of sizes) {
      const again = drive(allocateWords(heap, 0, size));
      expect(peek(again + HEADER.KIND) & 0xffff).toBe(size);
      for (let word = 0; word < size; word++) poke(again + word, size);
    }
    expect(kinds()).toEqual([]);
  });
});

describe("a heap that uses memory again at once", () => {
  beforeEach(() => {
    heap = initHeap(world.heap, 200, QUARANTINE.AT_ONCE);
  });

  test("hands out what was freed last first, and to the same size only", () => {
    const [first = 0, second = 0, third = 0] = make(3);
    for (const thing of [first, third]) drive(free(heap, thing));
    const larger = drive(allocateWords(heap, 0, THING_WORDS + 1));
    expect([first, second, third]).not.toContain(larger);
    expect(make(2)).toEqual([third, first]);
    expect(make(1)).not.toContain(second);
  });
});
