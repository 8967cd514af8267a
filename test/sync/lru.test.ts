import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { fill, peek, poke, WorldAbandoned } from "#shared/atomic/index";
import { POISON } from "#shared/memory/poison";
import {
  Lru,
  LruNode,
  lruAddTail,
  lruFirst,
  lruMoveTail,
  lruOf,
  lruPages,
  lruRemove,
  lruSplice,
} from "#shared/sync/lru";
import { drive, World } from "../support/arena.ts";

const LISTS = [1500, 1510] as const;
const NODES = 1600;
const MEMBERS = 6;

const nodeAt = (index: number): number => NODES + index * LruNode.size;

let world: World;

beforeEach(() => {
  world = new World(1, 1024);
});

/** The members of a list, first first; throws where a link, or what a member says of its list, is wrong. */
function members(list: number): number[] {
  const found: number[] = [];
  let before = 0;
  for (let node = peek(list + Lru.at.first); node !== 0; node = peek(node + LruNode.at.next)) {
    expect(peek(node + LruNode.at.previous)).toBe(before);
    expect(drive(lruOf(node))).toBe(list);
    found.push((node - NODES) / LruNode.size);
    before = node;
  }
  expect(peek(list + Lru.at.last)).toBe(before);
  return found;
}

/** One call: on which list, with which node, of how many pages. */
interface Call {
  readonly what: "move" | "remove" | "splice";
  readonly list: 0 | 1;
  readonly node: number;
  readonly pages: number;
}

const call: fc.Arbitrary<Call> = fc.record({
  what: fc.constantFrom("move", "move", "move", "remove", "splice"),
  list: fc.constantFrom(0, 1),
  node: fc.integer({ min: 0, max: MEMBERS - 1 }),
  pages: fc.integer({ min: 0, max: 9 }),
});

test("two lists do what two arrays do", () => {
  fc.assert(
    fc.property(fc.array(call, { maxLength: 30 }), (calls) => {
      world = new World(1, 1024);
      const model: [number, number][][] = [[], []];
      const take = (node: number): [number, number] | undefined => {
        for (const list of model) {
          const at = list.findIndex(([member]) => member === node);
          if (at >= 0) return list.splice(at, 1)[0];
        }
        return undefined;
      };
      for (const { what, list, node, pages } of calls) {
        if (what === "move") {
          drive(lruMoveTail(LISTS[list], nodeAt(node), pages));
          take(node);
          model[list]?.push([node, pages]);
        } else if (what === "remove") {
          drive(lruRemove(nodeAt(node)));
          take(node);
        } else {
          const to = list === 0 ? 1 : 0;
          drive(lruSplice(LISTS[list], LISTS[to]));
          model[to]?.push(...(model[list]?.splice(0) ?? []));
        }
      }
      for (const [index, list] of LISTS.entries()) {
        const expected = model[index] ?? [];
        expect(members(list)).toEqual(expected.map(([member]) => member));
        expect(drive(lruPages(list))).toBe(expected.reduce((sum, [, pages]) => sum + pages, 0));
        const first = expected[0]?.[0];
        expect(drive(lruFirst(list))).toBe(first === undefined ? 0 : nodeAt(first));
      }
      expect(world.violations()).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

describe("a member", () => {
  test("that was freed is a use after free to remove, and the task leaves", () => {
    drive(lruAddTail(LISTS[0], nodeAt(0), 1));
    fill(nodeAt(0), LruNode.size, POISON);
    expect(() => drive(lruRemove(nodeAt(0)))).toThrow(WorldAbandoned);
    expect(world.violations()).toMatchObject([{ kind: "use-after-free", object: nodeAt(0) }]);
  });

  test("that takes more pages off than the list has is a corruption", () => {
    drive(lruAddTail(LISTS[0], nodeAt(0), 1));
    poke(nodeAt(0) + LruNode.at.pages, 2);
    drive(lruRemove(nodeAt(0)));
    expect(world.violations()).toMatchObject([{ kind: "list-corruption", object: LISTS[0], value: -1 }]);
  });

  test("of no list can be removed, to no effect", () => {
    drive(lruRemove(nodeAt(0)));
    expect(drive(lruOf(nodeAt(0)))).toBe(0);
    expect(world.violations()).toEqual([]);
  });
});
