import { judgeRow } from "../../src/matrix/judge.ts";
import type { PlannedRow } from "../../src/matrix/plan.ts";
import type { MatrixExpected, MatrixRaced, MatrixRecord, MatrixRow } from "../../src/record/matrix-record.ts";
import { catalogued } from "../explore/catalogued.ts";
import { expecting, explored, planned, raced } from "../matrix/rows.ts";

const designs = ["lock", "kref-assert", "helper", "helper-strict", "list-lock", "deferred"];

function beside(name: string, claim: string, conditions: Readonly<Record<string, string>>) {
  const { definition, ...rest } = catalogued("shmem/free-vs-shrinker");
  const scenario = { ...rest, named: name, definition: { ...definition, name, claim } };
  return (design: string, expected: MatrixExpected): PlannedRow =>
    planned(expected, { scenario, design, conditions, given: { design, ...conditions } });
}

const shared = beside(
  "neighbour/n6-shared-lock",
  "a free that takes no lock is safe only if nobody who holds the object's lock relies on it without a reference of his own",
  { resv: "vm-root" },
);
const own = beside("neighbour/n6-shared-lock", "the same", { resv: "own" });
const inside = beside(
  "neighbour/n1-spurious-report",
  "an object may be freed in reclaim, under another's lock",
  {},
);

/** Rows as they should be; `race` is what each was raced to. */
function rows(race: MatrixRaced | null): MatrixRow[] {
  const dead = explored(["deadlock", "contention-at-free"], { reports: 2, possible: 1, executions: 8_412 });
  const meets = explored(["contention-at-free"], { advice: ["put-under-lock"] });
  return designs.flatMap((design, index) => [
    judgeRow(
      inside(design, expecting(...(design === "lock" ? (["lockdep"] as const) : []))),
      explored([], { reports: design === "lock" ? 1 : 0, executions: 1_000 + index }),
      race,
    ),
    design === "lock"
      ? judgeRow(shared(design, expecting("lockdep", "deadlock", "contention")), dead, race)
      : judgeRow(shared(design, expecting("contention")), meets, race),
    judgeRow(
      own(design, expecting()),
      explored([], { advice: design === "deferred" ? ["put-under-lock"] : [] }),
      race,
    ),
  ]);
}

const [groups] = [["neighbour/n1-spurious-report", "neighbour/n6-shared-lock"]];
const inOrder = (some: MatrixRow[]): MatrixRow[] =>
  groups.flatMap((name) => some.filter((row) => row.neighbour === name));

/** All rows agree; explorer and lockdep only. */
export const quick: MatrixRecord = {
  engine: "matrix",
  quick: true,
  interrupted: false,
  planned: 18,
  unraced: 0,
  resumed: 0,
  raceSeconds: 2,
  budget: 60,
  jobs: 2,
  seconds: 41.2,
  rows: inOrder(rows(null)),
  command: "refzero matrix --quick",
};

/** The same with races. */
export const whole: MatrixRecord = {
  ...quick,
  quick: false,
  rows: inOrder(
    rows(raced(["contention-at-free"])).filter(({ conditions }) => conditions.resv === "vm-root"),
  ).concat(inOrder(rows(raced())).filter(({ conditions }) => conditions.resv !== "vm-root")),
  command: "refzero matrix",
};

/** One row of each way to be wrong, and one whose budget ended first. */
export const wrong: MatrixRecord = {
  ...quick,
  quick: false,
  planned: 5,
  rows: [
    judgeRow(shared("lock", expecting("deadlock")), explored(["use-after-free"], { reports: 1 }), raced()),
    judgeRow(shared("helper", expecting()), explored(), raced(["use-after-free", "deadlock"])),
    judgeRow(
      shared("helper-strict", expecting()),
      explored([], { exhaustive: false, executions: 1_234_567 }),
      null,
    ),
    judgeRow(own("helper", expecting()), explored(), raced()),
  ],
  unraced: 1,
  resumed: 3,
  interrupted: true,
};
