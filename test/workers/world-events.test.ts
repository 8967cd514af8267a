import { beforeEach, describe, expect, test } from "vitest";
import { bind } from "#shared/atomic/index";
import { EVENT, RING, RING_WORDS } from "#shared/recorder/events";
import { worldEvents } from "../../src/workers/world-events.ts";

const AT = 8;
const BATCH = 3;
let view: Int32Array;

beforeEach(() => {
  view = new Int32Array(new SharedArrayBuffer((AT + RING_WORDS) * 4));
  bind(view, { spinLimit: 0, seed: 1 });
});

function record(event: number, object: number, value: number): void {
  const head = view[AT + RING.HEAD] ?? 0;
  view.set([event, object, value], AT + RING.FIRST + (head & (RING.EVENTS - 1)) * RING.WORDS);
  view[AT + RING.HEAD] = head + 1;
}

/** A task enters a world, and records so many locks there. */
function visit(world: number, locks: number, batch = BATCH): void {
  record(EVENT.WORLD, world, batch);
  for (let lock = 0; lock < locks; lock++) record(EVENT.LOCK, world * 100 + lock, 0);
}

const objectsIn = (world: number, batch = BATCH): readonly number[] | undefined =>
  worldEvents(view, AT, world, batch)?.events.map(({ object }) => object);

describe("what a ring holds of one world", () => {
  test("is what the task recorded there, in order, and whether it has left", () => {
    visit(1, 1);
    visit(2, 3);
    visit(3, 2);
    expect(objectsIn(2)).toEqual([200, 201, 202]);
    expect(worldEvents(view, AT, 2, BATCH)?.left).toBe(true);
    expect(worldEvents(view, AT, 3, BATCH)).toEqual({
      events: [
        { event: EVENT.LOCK, object: 300, value: 0 },
        { event: EVENT.LOCK, object: 301, value: 0 },
      ],
      left: false,
    });
  });

  test("is nothing where it was never in that world, or in that batch", () => {
    expect(objectsIn(1)).toBeUndefined();
    visit(1, 2);
    expect(objectsIn(2)).toBeUndefined();
    expect(objectsIn(1, BATCH + 1)).toBeUndefined();
  });

  test("is empty, and known, where it recorded nothing", () => {
    visit(1, 0);
    visit(2, 0);
    expect(worldEvents(view, AT, 1, BATCH)).toEqual({ events: [], left: true });
    expect(worldEvents(view, AT, 2, BATCH)).toEqual({ events: [], left: false });
  });

  test("is of this batch, not of the one before with the same number of a world", () => {
    visit(1, 4, BATCH - 1);
    visit(2, 1, BATCH - 1);
    visit(1, 2);
    expect(objectsIn(1)).toEqual([100, 101]);
  });

  test("is whole or unknown once the ring has gone round: half a world is none", () => {
    visit(1, 10);
    for (let world = 2; (view[AT + RING.HEAD] ?? 0) < RING.EVENTS + 5; world++) visit(world, 10);
    expect(objectsIn(1)).toBeUndefined();
    expect(objectsIn(2)).toHaveLength(10);
    expect(objectsIn(90)).toHaveLength(10);
  });
});
