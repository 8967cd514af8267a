import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { poke } from "#shared/atomic/index";
import { fieldAt, type Layout, printStruct, struct, structById } from "#shared/memory/struct";
import { World } from "../support/arena.ts";

const Point = struct("test_point", { x: "plain", y: "plain" });
const Segment = struct("test_segment", { colour: "atomic", from: Point, to: Point, width: "plain" });

describe("a struct", () => {
  test("has its fields in order, one word each, embedded structs inside", () => {
    expect(Segment.at).toEqual({ colour: 0, from: 1, to: 3, width: 5 });
    expect(Segment.size).toBe(6);
    expect(Segment.fields).toEqual([
      { name: "colour", at: 0, access: "atomic" },
      { name: "from.x", at: 1, access: "plain" },
      { name: "from.y", at: 2, access: "plain" },
      { name: "to.x", at: 3, access: "plain" },
      { name: "to.y", at: 4, access: "plain" },
      { name: "width", at: 5, access: "plain" },
    ]);
  });

  test("names the field of a word, and nothing outside", () => {
    expect([-1, 0, 2, 4, 5, 6].map((offset) => fieldAt(Segment, offset))).toEqual([
      undefined,
      "colour",
      "from.y",
      "to.y",
      "width",
      undefined,
    ]);
  });

  test("prints every word with its name", () => {
    new World(1, 256);
    const at = 1200;
    for (let word = 0; word < Segment.size; word++) poke(at + word, (word + 1) * 10);
    expect(printStruct(Segment, at)).toBe(
      "test_segment@1200 { colour: 10, from.x: 20, from.y: 30, to.x: 40, to.y: 50, width: 60 }",
    );
  });

  test("is found by its number, which fits an object header", () => {
    expect(structById(Segment.id)).toBe(Segment);
    expect(Segment.id).toBeGreaterThan(0);
    expect(Segment.id).toBeLessThan(1 << 15);
    expect(structById(0)).toBeUndefined();
  });

  test("can be declared once only", () => {
    expect(() => struct("test_point", { z: "plain" })).toThrow("struct test_point is declared twice");
  });

  test("whose number is another's is told to take another name", () => {
    // Two names of the same number, as 15 bits are bound to give.
    const names = Array.from({ length: 600 }, (_, index) => `test_many_${index}`);
    const clash = names.map((name) => attempt(name)).find((message) => message !== "");
    expect(clash).toMatch(/^struct test_many_\d+: rename it, its number is that of \w+$/);
  });

  test("covers every word exactly once, whatever is embedded", () => {
    let count = 0;
    const shape: fc.Arbitrary<Layout<string>> = fc.letrec<{ layout: Layout<string> }>((tie) => ({
      layout: fc
        .array(
          fc.oneof({ maxDepth: 2 }, fc.constantFrom("atomic" as const, "plain" as const), tie("layout")),
          {
            minLength: 1,
            maxLength: 4,
          },
        )
        .map((fields) => {
          const named = Object.fromEntries(fields.map((field, index) => [`f${index}`, field]));
          for (;;) {
            try {
              return struct(`test_shape_${count++}`, named);
            } catch {
              // A number that is taken: the next name has another.
            }
          }
        }),
    })).layout;
    fc.assert(
      fc.property(shape, (layout) => {
        expect(layout.fields.map((field) => field.at)).toEqual(
          Array.from({ length: layout.size }, (_, at) => at),
        );
        for (const [name, at] of Object.entries(layout.at))
          expect(fieldAt(layout, at)).toMatch(new RegExp(`^${name}`));
      }),
      { numRuns: 50 },
    );
  });
});

function attempt(name: string): string {
  try {
    struct(name, { word: "plain" });
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}
