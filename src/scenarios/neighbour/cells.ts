import type { ViolationKind } from "#shared/violation";
import type { Cell, Expectation } from "../define.ts";

/** A column of a cell. */
export type Column = Exclude<keyof Cell, "why">;

/** A cell in which the columns named are true and the others false. */
export function cell(why: string, ...columns: readonly Column[]): Cell {
  return {
    lockdep: columns.includes("lockdep"),
    deadlock: columns.includes("deadlock"),
    contention: columns.includes("contention"),
    memory: columns.includes("memory"),
    warning: columns.includes("warning"),
    why,
  };
}

const kindsOf: Readonly<Record<Exclude<Column, "lockdep">, readonly ViolationKind[]>> = {
  deadlock: ["deadlock", "wait-forever"],
  contention: ["contention-at-free"],
  memory: [
    "use-after-free",
    "double-free",
    "refcount-get-zero",
    "refcount-underflow",
    "leak",
    "page-accounting",
    "data-race",
    "list-corruption",
  ],
  warning: ["invariant", "resv-not-held"],
};

/** What the explorer finds where a cell is right: lockdep's report is no violation. */
export function expectationOf(cell: Cell): Expectation {
  const columns = (["deadlock", "memory", "warning", "contention"] as const).filter((column) => cell[column]);
  return {
    verdict: columns.length > 0 ? "violated" : "holds",
    kinds: columns.flatMap((column) => kindsOf[column]),
    why: cell.why,
  };
}
