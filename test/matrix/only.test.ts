import { describe, expect, test } from "vitest";
import { onlyRows } from "../../src/matrix/only.ts";
import { catalogued } from "../explore/catalogued.ts";
import { expecting, planned } from "./rows.ts";

const names = ["neighbour/n1-spurious-report", "neighbour/n10-vmap", "neighbour/n2-shrinker-blocks"];
const designs = ["lock", "helper", "helper-strict", "list-lock"];
const rows = names.flatMap((name) => {
  const scenario = catalogued("ww/abba");
  const named = { ...scenario, definition: { ...scenario.definition, name } };
  return designs.map((design) => planned(expecting(), { scenario: named, design }));
});

function left(...patterns: string[]): string[] {
  return onlyRows(rows, patterns).map(
    ({ scenario, design }) => `${scenario.definition.name.split("/")[1]?.split("-")[0]} ${design}`,
  );
}

describe("--only", () => {
  test("none: all rows, in their order", () => expect(onlyRows(rows, [])).toEqual(rows));

  test.each([
    ["a design by its whole name", ["helper"], ["n1 helper", "n10 helper", "n2 helper"]],
    ["a name that is in others too", ["lock", "n1"], ["n1 lock"]],
    ["whole words of a neighbour before any part", ["n1", "lock"], ["n1 lock"]],
    ["a neighbour's whole name", ["neighbour/n10-vmap", "lock"], ["n10 lock"]],
    ["a neighbour's name without its group", ["n10-vmap", "lock"], ["n10 lock"]],
    ["any part of a neighbour's name", ["spur", "lock"], ["n1 lock"]],
    ["a part of a design's name", ["strict"], ["n1 helper-strict", "n10 helper-strict", "n2 helper-strict"]],
    ["a pattern for neighbours", ["n1*", "lock"], ["n1 lock", "n10 lock"]],
    ["a pattern for designs", ["helper*", "n2"], ["n2 helper", "n2 helper-strict"]],
    ["several neighbours", ["n2", "n10", "lock"], ["n10 lock", "n2 lock"]],
    ["several designs", ["n2", "lock", "list-lock"], ["n2 lock", "n2 list-lock"]],
  ])("%s", (_what, patterns, expected) => expect(left(...patterns)).toEqual(expected));

  test.each([
    ["n2-shrinkr-blocks", "n2-shrinker-blocks"],
    ["helpr", "helper"],
    ["neighbour/n10-vmapp", "neighbour/n10-vmap"],
  ])("%s: the nearest match is named", (pattern, nearest) => {
    expect(() => left(pattern)).toThrow(`did you mean ${nearest}`);
  });

  test.each(["", "[", "n1+", "*x"])("'%s' is no pattern that anything answers to", (pattern) => {
    expect(() => left(pattern)).toThrow(/^--only cannot be /);
  });

  test("two that leave nothing together are refused", () => {
    const some = rows.filter(
      ({ scenario, design }) => scenario.definition.name === names[0] || design === "lock",
    );
    expect(() => onlyRows(some, ["n2", "helper"])).toThrow("leave none together");
  });
});
