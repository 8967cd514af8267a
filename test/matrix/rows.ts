import type { PlannedRow } from "../../src/matrix/plan.ts";
import type { RowExplored } from "../../src/matrix/row-order.ts";
import type { AdviceKind } from "../../src/record/advice.ts";
import type { MatrixColumn, MatrixExpected, MatrixRaced } from "../../src/record/matrix-record.ts";
import { catalogued } from "../explore/catalogued.ts";

/** An expectation in which these columns are yes. */
export function expecting(...columns: readonly MatrixColumn[]): MatrixExpected {
  const has = (column: MatrixColumn): boolean => columns.includes(column);
  return {
    lockdep: has("lockdep"),
    deadlock: has("deadlock"),
    contention: has("contention"),
    memory: has("memory"),
    warning: has("warning"),
    why: "step 3 decides",
  };
}

/** A row that nothing ran for. */
export function planned(expected: MatrixExpected, facts: Partial<PlannedRow> = {}): PlannedRow {
  return {
    scenario: catalogued("shmem/free-vs-shrinker"),
    design: "helper",
    conditions: { tasks: 2 },
    given: { design: "helper", tasks: "2" },
    params: { design: "helper", mutant: "none", tasks: 2 },
    expected,
    ...facts,
  };
}

/** What was explored: kinds, and whether lockdep reports. */
export function explored(
  kinds: readonly string[] = [],
  facts: {
    reports?: number;
    possible?: number;
    dropped?: number;
    exhaustive?: boolean;
    executions?: number;
    advice?: readonly AdviceKind[];
  } = {},
): RowExplored {
  const { reports = 0, possible = 0, dropped = 0, exhaustive = true, executions = 702, advice = [] } = facts;
  const verdict = reports === 0 ? "silent" : possible > 0 ? "possible" : "spurious";
  const first = reports === 0 ? null : "circular: a takes x while it holds y";
  return {
    lockdep: { verdict, reports, possible, first, dropped },
    explore: {
      kinds,
      messages: Object.fromEntries(kinds.map((kind) => [kind, `what ${kind} means`])),
      advice,
      exhaustive,
      executions,
      seconds: 0.5,
      overran: null,
    },
  };
}

/** What was raced. */
export function raced(kinds: readonly string[] = [], facts: Partial<MatrixRaced> = {}): MatrixRaced {
  return {
    kinds,
    messages: Object.fromEntries(kinds.map((kind) => [kind, `what ${kind} means`])),
    worlds: 123_456,
    frees: 123_000,
    contendedFrees: 0,
    nsPerFree: 612,
    seconds: 2.01,
    seed: "5f3a91c2",
    ...facts,
  };
}
