import { describe, expect, test } from "vitest";
import { judgeRow } from "../../src/matrix/judge.ts";
import { type MatrixColumn, matrixColumns } from "../../src/record/matrix-record.ts";
import { expecting, explored, planned, raced } from "./rows.ts";

/** What makes each column a yes. */
const seen: Readonly<Record<MatrixColumn, ReturnType<typeof explored>>> = {
  lockdep: explored([], { reports: 1 }),
  deadlock: explored(["lost-wakeup"]),
  contention: explored(["contention-at-free"]),
  memory: explored(["refcount-get-zero"]),
  warning: explored(["resv-not-held"]),
};

describe.each(matrixColumns)("column %s", (column) => {
  const by = column === "lockdep" ? "lockdep" : "explore";

  test("agrees where it is expected and found", () => {
    const row = judgeRow(planned(expecting(column)), seen[column], null);
    expect(row).toMatchObject({ verdict: "agrees", agrees: true, disagreements: [], open: [] });
    expect(matrixColumns.filter((one) => row.found[one])).toEqual([column]);
  });

  test("disagrees where it is found and not expected: which side, why, and how to see it", () => {
    const row = judgeRow(planned(expecting()), seen[column], null);
    expect(row).toMatchObject({ verdict: "disagrees", agrees: false, expected: { why: "step 3 decides" } });
    expect(row.disagreements).toMatchObject([{ column, by, expected: false, found: true }]);
    const [wrong] = row.disagreements;
    const [kind] = seen[column].explore.kinds;
    expect(wrong?.witness).toBe(
      kind === undefined ? "circular: a takes x while it holds y" : `${kind}: what ${kind} means`,
    );
    expect(wrong?.command).toMatch(/^refzero explore shmem\/free-vs-shrinker -p design=helper -p tasks=2/);
    expect(wrong?.command.endsWith("--lockdep")).toBe(column === "lockdep");
  });

  test("disagrees where it is expected and proved not to be", () => {
    const row = judgeRow(planned(expecting(column)), explored(), null);
    expect(row.verdict).toBe("disagrees");
    expect(row.disagreements).toMatchObject([{ column, by, expected: true, found: false }]);
  });

  test("is open where the budget ended first, whatever is expected", () => {
    for (const expected of [expecting(), expecting(column)]) {
      const row = judgeRow(planned(expected), explored([], { exhaustive: false }), null);
      expect(row).toMatchObject({ verdict: "inconclusive", agrees: false, disagreements: [] });
      expect(row.open).toContain(column);
    }
  });

  test("found stays found where the budget ended first", () => {
    const { explore, lockdep } = seen[column];
    const row = judgeRow(planned(expecting()), { lockdep, explore: { ...explore, exhaustive: false } }, null);
    expect(row.verdict).toBe("disagrees");
    expect(row.open).not.toContain(column);
  });
});

test("everything found agrees without a proof", () => {
  const kinds = ["deadlock", "contention-at-free", "use-after-free", "invariant"];
  const all = explored(kinds, { reports: 2, possible: 1, exhaustive: false });
  expect(judgeRow(planned(expecting(...matrixColumns)), all, null).verdict).toBe("agrees");
});

test("lockdep's silence proves nothing where it was not told all", () => {
  const row = judgeRow(planned(expecting()), explored([], { dropped: 1 }), null);
  expect(row).toMatchObject({ verdict: "inconclusive", open: ["lockdep"] });
});

test("advice is no warning", () => {
  const said = explored([], { advice: ["put-under-lock"] });
  const row = judgeRow(planned(expecting()), said, null);
  expect(row).toMatchObject({ verdict: "agrees", found: { warning: false } });
  expect(row.explore.advice).toEqual(["put-under-lock"]);
  expect(judgeRow(planned(expecting("warning")), said, null).verdict).toBe("disagrees");
});

describe("a race", () => {
  test("that sees nothing is no disagreement", () => {
    const row = judgeRow(planned(expecting("deadlock")), seen.deadlock, raced());
    expect(row).toMatchObject({ verdict: "agrees", race: { worlds: 123_456 } });
  });

  test("that sees what is expected is none", () => {
    expect(judgeRow(planned(expecting("deadlock")), seen.deadlock, raced(["deadlock"])).verdict).toBe(
      "agrees",
    );
  });

  test("finds what the explorer's budget was too short for", () => {
    const few = explored([], { reports: 1, exhaustive: false });
    const row = judgeRow(planned(expecting("lockdep", "deadlock")), few, raced(["deadlock"]));
    expect(row).toMatchObject({ verdict: "inconclusive", open: ["contention", "memory", "warning"] });
    expect(row.found.deadlock).toBe(true);
  });

  test("finds what the explorer says cannot be: the explorer is wrong, or it is", () => {
    const row = judgeRow(planned(expecting("deadlock")), explored(), raced(["deadlock"]));
    expect(row.disagreements).toMatchObject([{ column: "deadlock", by: "explore", found: false }]);
  });

  test("that sees what cannot be is one", () => {
    const row = judgeRow(planned(expecting()), explored(), raced(["use-after-free"]));
    expect(row.disagreements).toEqual([
      {
        column: "memory",
        by: "race",
        expected: false,
        found: true,
        witness: "use-after-free: what use-after-free means, seen in 123456 worlds",
        command:
          "refzero race shmem/free-vs-shrinker -p design=helper -p tasks=2 --seconds 3 --seed 5f3a91c2",
      },
    ]);
  });
});
