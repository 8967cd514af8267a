import { describe, expect, test } from "vitest";
import { heldWithoutReference } from "../../../src/catalogue/owned-locks.ts";
import { AT, chain, judged, type Line, told, WORD } from "./chain.ts";

const object = "shmem#1";
const ops = (...lines: Line[]): string[] =>
  told(chain("T", lines)).map((event) =>
    "task" in event && "object" in event ? `${event.op} ${event.task}` : event.op,
  );

describe("references are what the task met:", () => {
  test("those that others took and dropped in between are theirs", () => {
    expect(ops(["GET", WORD.refs, 2], ["PUT", WORD.refs, 2], ["PUT", WORD.refs, 1])).toEqual([
      "object (others)",
      "get (others)",
      "get T",
      "put (others)",
      "put T",
      "put T",
    ]);
  });
  test("a weak lookup that is refused finds zero", () => {
    expect(told(chain("T", [["GET_UNLESS_ZERO", WORD.refs, 0]])).slice(1)).toEqual([
      { op: "put", task: "(others)", object },
      { op: "get-unless-zero", task: "T", object, ok: false },
    ]);
  });
  test("who makes an object owns its first reference", () => {
    expect(ops(["ALLOCATE", AT.first, 20], ["PUT", WORD.refs, 1], ["FREE", AT.first, 20])).toEqual([
      "object T",
      "put T",
      "free T",
    ]);
  });
  test("a saturated counter or poison is no count", () => {
    expect(ops(["GET", WORD.refs, -1_073_741_824], ["PUT", WORD.refs, 0x6b6b6b6b])).toEqual([]);
  });
  test("each chain begins with what setup left: a lock keeps its name, its object a new life", () => {
    const put = chain("T", [
      ["PUT", WORD.refs, 1],
      ["FREE", AT.first, 20],
    ]);
    expect(told(put, put).map(({ op }) => op)).toEqual(["object", "put", "free", "object", "put", "free"]);
  });
});

describe("a lock is held without a reference", () => {
  const broken = (...lines: Line[]): boolean => heldWithoutReference([chain("T", lines)]).size > 0;
  const get: Line = ["GET", WORD.refs, 1];
  const put: Line = ["PUT", WORD.refs, 2];
  const last: Line = ["PUT", WORD.refs, 1];
  const [lock, unlock]: readonly [Line, Line] = [
    ["LOCK", WORD.resv],
    ["UNLOCK", WORD.resv],
  ];

  test.each<[string, readonly Line[], boolean]>([
    ["not between get and put", [get, lock, unlock, put], false],
    ["by one that took none", [lock, unlock], true],
    ["by one that tried it and took none", [["TRYLOCK", WORD.resv, 1], unlock], true],
    ["by one that drops its reference under the lock", [get, lock, put, unlock], true],
    ["not by one that drops what it was handed", [lock, unlock, last], false],
    ["not by one that has dropped the last", [last, lock, unlock], false],
    ["not by one that made the object", [["ALLOCATE", AT.first, 20], lock, unlock], false],
    ["where a reference is taken at zero", [["GET", WORD.refs, 0]], true],
    ["not where a weak lookup finds zero", [["GET_UNLESS_ZERO", WORD.refs, 0]], false],
    ["not where the lock is in no counted object", [["LOCK", WORD.lru]], false],
  ])("%s", (_what, lines, expected) => {
    expect(broken(...lines)).toBe(expected);
  });
});

describe("exact mode says of an object freed in reclaim under its lock", () => {
  const freed = chain("kswapd", [
    ["RECLAIM", WORD.pool],
    ["GET_UNLESS_ZERO", WORD.refs, 1],
    ["PUT", WORD.refs, 1],
    ["LOCK", WORD.resv],
    ["UNLOCK", WORD.resv],
    ["FREE", AT.first, 20],
    ["RECLAIM_END", WORD.pool],
  ]);

  test("that nobody can hold it", () => {
    expect(judged(freed)).toEqual(["circular cannot-contend"]);
  });
  test("that it can happen once any other task holds such a lock without a reference", () => {
    const careless = chain("careless", [
      ["LOCK", WORD.otherResv],
      ["UNLOCK", WORD.otherResv],
    ]);
    expect(judged(freed, careless)).toEqual(["circular possible"]);
    expect(judged(careless, freed)).toEqual(["circular possible"]);
  });
});
