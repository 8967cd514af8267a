import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fingerprintOf, keyOf } from "../../src/matrix/fingerprint.ts";
import { Kept } from "../../src/matrix/kept.ts";
import { parseMatrixFile } from "../../src/record/matrix-file.ts";
import { useFolder } from "../cli/cli.ts";
import { explored, raced } from "./rows.ts";

const folder = useFolder();

describe("results", () => {
  test("come back from the file that is written with each of them", () => {
    const written: string[] = [];
    const kept = new Kept("code", undefined, (text) => written.push(text));
    kept.put("one", { explored: explored(["deadlock"]) });
    kept.put("one", { raced: raced() });
    kept.put("two", { explored: explored() });
    expect(written).toHaveLength(3);
    const again = new Kept("code", parseMatrixFile("f", written[2] ?? ""), () => {});
    expect(again.isStale).toBe(false);
    expect(again.get("one")).toEqual({ explored: explored(["deadlock"]), raced: raced() });
    expect(again.get("two")).toEqual({ explored: explored() });
    expect(again.get("three")).toEqual({});
  });

  test("of other code are not taken over", () => {
    let text = "";
    new Kept("code", undefined, (whole) => {
      text = whole;
    }).put("one", { explored: explored() });
    const other = new Kept("other code", parseMatrixFile("f", text), () => {});
    expect(other.isStale).toBe(true);
    expect(other.get("one")).toEqual({});
  });
});

describe("what results depend on:", () => {
  test("code, wherever in the rooms that make them", () => {
    const put = (file: string, text: string): string => {
      mkdirSync(join(folder.path, file, ".."), { recursive: true });
      writeFileSync(join(folder.path, file), text);
      return fingerprintOf(folder.path);
    };
    const first = put("explore/strategy/dpor.js", "1");
    expect(put("explore/strategy/dpor.js", "2")).not.toBe(first);
    expect(put("explore/strategy/dpor.js", "1")).toBe(first);
    expect(put("cli/main.js", "shows")).toBe(first);
    expect(put(".tmp-1/x.js", "half a build")).toBe(first);
    expect(put("stepped/shared/x.js", "")).not.toBe(first);
  });

  test("the scenario, its files and its parameters", () => {
    const file = join(folder.path, folder.write("mine.ts", "1"));
    const scenario = { named: "mine.ts", sources: new Map([["built.js", file]]) };
    const key = keyOf(scenario, [{ n: 1 }]);
    expect(keyOf(scenario, [{ n: 1 }])).toBe(key);
    expect(keyOf(scenario, [{ n: 2 }])).not.toBe(key);
    expect(keyOf({ ...scenario, named: "other.ts" }, [{ n: 1 }])).not.toBe(key);
    folder.write("mine.ts", "2");
    expect(keyOf(scenario, [{ n: 1 }])).not.toBe(key);
  });
});
