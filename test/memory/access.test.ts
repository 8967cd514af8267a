import { beforeEach, describe, expect, test } from "vitest";
import * as door from "#shared/atomic/index";
import { type Addr, onBadAccess, type Step, shadow, WorldAbandoned } from "#shared/atomic/index";
import { allocate, free, freedBy } from "#shared/memory/object";
import { struct } from "#shared/memory/struct";
import { setCurrentTask } from "#shared/task";
import { reportAndAbandon } from "#shared/violation";
import { drive, PLACES, World } from "../support/arena.ts";

const Thing = struct("test_accessed", { a: "atomic", b: "plain" });
const NONE = 0;
const LIVE = 1;
const FREED = 2;

let world: World;
let bytes: Uint8Array;
let heard: [addr: Addr, state: number, write: boolean][];

beforeEach(() => {
  world = new World(4, 512);
  // What is not an object is the run's own: control words, task blocks, counters.
  bytes = new Uint8Array(world.words.length).fill(LIVE, 0, PLACES.heap);
  heard = [];
  shadow(bytes);
  onBadAccess((addr, state, write) => {
    heard.push([addr, state, write]);
  });
});

const accesses: readonly (readonly [string, boolean, (addr: Addr) => Step<unknown>])[] = [
  ["load", false, door.load],
  ["readOnce", false, door.readOnce],
  ["read", false, door.read],
  ["wait", false, (addr) => door.wait(addr, -1)],
  ["store", true, (addr) => door.store(addr, 5)],
  ["writeOnce", true, (addr) => door.writeOnce(addr, 5)],
  ["write", true, (addr) => door.write(addr, 5)],
  ["add", true, (addr) => door.add(addr, 5)],
  ["or", true, (addr) => door.or(addr, 5)],
  ["and", true, (addr) => door.and(addr, 5)],
  ["exchange", true, (addr) => door.exchange(addr, 5)],
  ["compareExchange", true, (addr) => door.compareExchange(addr, 0, 5)],
];

describe.each(accesses)("%s", (_name, write, access) => {
  test("of a live object is silent", () => {
    const thing = drive(allocate(world.heap, Thing));
    for (let word = 0; word < Thing.size; word++) drive(access(thing + word));
    expect(heard).toEqual([]);
  });

  test("of a freed object is heard of", () => {
    const thing = drive(allocate(world.heap, Thing));
    drive(free(world.heap, thing));
    drive(access(thing + 1));
    expect(heard).toEqual([[thing + 1, FREED, write]]);
  });

  test("of no object at all is heard of", () => {
    const thing = drive(allocate(world.heap, Thing));
    drive(access(thing + Thing.size));
    expect(heard).toEqual([[thing + Thing.size, NONE, write]]);
  });

  test("is not looked at without shadow bytes", () => {
    shadow(undefined);
    drive(access(PLACES.heap + 100));
    expect(heard).toEqual([]);
  });
});

describe("shadow bytes", () => {
  test("follow the life of an object, word for word", () => {
    const thing = drive(allocate(world.heap, Thing));
    const states = (): number[] => [...bytes.subarray(thing - 1, thing + Thing.size + 1)];
    expect(states()).toEqual([NONE, LIVE, LIVE, NONE]);
    drive(free(world.heap, thing));
    expect(states()).toEqual([NONE, FREED, FREED, NONE]);
  });

  test("change in the step that allocates or frees, and not before", () => {
    const step = allocate(world.heap, Thing);
    step.next();
    expect(bytes.indexOf(LIVE, PLACES.heap)).toBe(-1);
    const thing = drive(step);
    const freeing = free(world.heap, thing);
    freeing.next();
    expect(bytes[thing]).toBe(LIVE);
    drive(freeing);
    expect(bytes[thing]).toBe(FREED);
  });

  test("make a use after free a report of who used it, and the object says who freed it", () => {
    onBadAccess((addr, state) =>
      reportAndAbandon(state === FREED ? "use-after-free" : "wild-access", addr, state),
    );
    const thing = drive(allocate(world.heap, Thing));
    setCurrentTask(1);
    drive(free(world.heap, thing));
    setCurrentTask(2);
    expect(() => drive(door.load(thing))).toThrow(WorldAbandoned);
    expect(() => drive(door.store(thing + 50, 1))).toThrow(WorldAbandoned);
    expect(world.violations()).toMatchObject([
      { kind: "use-after-free", task: 2, object: thing, value: FREED },
      { kind: "wild-access", task: 2, object: thing + 50, value: NONE },
    ]);
    expect(freedBy(thing)).toBe(1);
  });
});
