import { beforeEach, describe, expect, test } from "vitest";
import { EALREADY, EDEADLK } from "#shared/errno";
import { allocate } from "#shared/memory/object";
import { struct } from "#shared/memory/struct";
import { EVENT, LOCKED } from "#shared/recorder/events";
import { WAIT_KIND } from "#shared/task";
import { eventsOf, locksFor, tellApart } from "../../src/catalogue/chain-events.ts";
import { ChainCollector } from "../../src/catalogue/chains.ts";
import { drive, PLACES, World } from "../support/arena.ts";

const Thing = struct("chains_thing", { a: "plain", b: "plain" });
type Heard = readonly [event: number, object: number, value: number];

const { heap } = PLACES;
beforeEach(() => {
  new World(1, 200);
});

/** A collector that heard a task in one world after the other. */
function heard(worlds: readonly (readonly Heard[])[], most?: number, fixed?: number): ChainCollector {
  const collector = new ChainCollector(most);
  for (const events of worlds) {
    collector.begin(heap, fixed);
    for (const event of events) collector.hear(...event);
    collector.end();
  }
  collector.pack();
  return collector;
}

const lock = (at: number, value = 0): Heard => [EVENT.LOCK, heap + at, value];
const unlock = (at: number): Heard => [EVENT.UNLOCK, heap + at, 0];
const kept = (collector: ChainCollector): number => collector.chains().chains.length;

describe("a sequence is kept once,", () => {
  test("however often it comes", () => {
    const one = [lock(20), unlock(20)];
    const chains = heard([one, one, [lock(30)], one]).chains().chains;
    expect(chains.map(eventsOf)).toEqual([
      [
        { event: EVENT.LOCK, at: 20, value: 0 },
        { event: EVENT.UNLOCK, at: 20, value: 0 },
      ],
      [{ event: EVENT.LOCK, at: 30, value: 0 }],
    ]);
  });

  test.each<[string, Heard[]]>([
    ["it had to wait", [[EVENT.WAIT, heap + 20, WAIT_KIND.LOCK], lock(20, LOCKED.WAITED)]],
    ["a wait for an event did not end", [lock(20), [EVENT.WAIT, heap + 40, WAIT_KIND.EVENT]]],
    ["a trylock failed", [[EVENT.TRYLOCK, heap + 30, 0], lock(20)]],
    ["it had the lock already", [lock(20), [EVENT.LOCK_FAILED, heap + 20, EALREADY]]],
    ["another was wounded", [[EVENT.WOUND, heap + 20, 1], lock(20)]],
  ])("whether or not %s", (_what, events) => {
    expect(kept(heard([[lock(20)], events]))).toBe(1);
  });

  test.each<[string, Heard]>([
    ["a wait that did not end", [EVENT.WAIT, 20, WAIT_KIND.LOCK]],
    ["a back-off", [EVENT.LOCK_FAILED, 20, EDEADLK]],
    ["another way to take it", [EVENT.LOCK, 20, LOCKED.READ]],
  ])("and %s makes another", (_what, [event, at, value]) => {
    expect(kept(heard([[lock(20)], [[event, heap + at, value]]]))).toBe(2);
  });
});

test("what is recorded outside of a world is not heard", () => {
  const collector = heard([[lock(20)]]);
  collector.hear(...lock(30));
  collector.end();
  expect(kept(collector)).toBe(1);
});

describe("beyond the limit", () => {
  const FIXED = 30;
  const beyond = (...worlds: (readonly Heard[])[]) => {
    const { chains, dropped } = heard(worlds, 2, FIXED).chains();
    return { kept: chains.length, dropped };
  };
  test("those that differ only by where objects lie are counted", () => {
    expect(beyond([lock(40)], [lock(50)], [lock(60)], [lock(40)], [lock(70)])).toEqual({
      kept: 2,
      dropped: 2,
    });
  });
  test("those that differ by an object of setup, or by what is done, are kept", () => {
    const order = [lock(40), lock(45)];
    const inverse = [lock(75), lock(70)];
    expect(beyond([lock(40)], [lock(50)], order, inverse)).toEqual({ kept: 4, dropped: 0 });
    expect(beyond([lock(20)], [lock(21)], [lock(22)], [lock(40)])).toEqual({ kept: 4, dropped: 0 });
  });
  test("there is an end to those too", () => {
    expect(beyond(...[20, 21, 22, 23, 24].map((at) => [lock(at)]))).toEqual({ kept: 4, dropped: 1 });
  });
});

test("the objects of the world come with it, by name", () => {
  const first = drive(allocate(heap, Thing)) - heap;
  const second = drive(allocate(heap, Thing)) - heap;
  const [chain] = heard([[lock(20)]]).chains().chains;
  if (chain === undefined) throw new Error("nothing was kept");
  const locks = locksFor(chain);
  expect([first, second + 1, second + 2].map((at) => locks.objectAt(at)?.name)).toEqual([
    "chains_thing#1",
    "chains_thing#2",
    undefined,
  ]);
});

test("tasks of the same name are told apart", () => {
  expect(tellApart(["a", "b", "a"])).toEqual(["a/0", "b", "a/2"]);
});
