import { commandLine, paramWords } from "../record/command-line.ts";
import { kindsInColumn } from "../record/matrix-kinds.ts";
import {
  type MatrixColumn,
  type MatrixDisagreement,
  type MatrixRaced,
  type MatrixRow,
  matrixColumns,
} from "../record/matrix-record.ts";
import type { PlannedRow } from "./plan.ts";
import type { RowExplored } from "./row-order.ts";

/** Puts what is expected of a row beside what its engines say. `raced`: null if it was not. */
export function judgeRow(planned: PlannedRow, said: RowExplored, raced: MatrixRaced | null): MatrixRow {
  const { definition } = planned.scenario;
  const sides = matrixColumns.map((column) => sideOf(column, planned, said));
  const isRaced = (column: MatrixColumn): boolean => kindsInColumn(column, raced?.kinds ?? []).length > 0;
  const disagreements = [
    ...sides.flatMap(({ disagreement }) => disagreement ?? []),
    ...(raced === null ? [] : seenThough(planned, raced)),
  ];
  const open = sides.filter((side) => side.isOpen && !isRaced(side.column)).map(({ column }) => column);
  const verdict = disagreements.length > 0 ? "disagrees" : open.length > 0 ? "inconclusive" : "agrees";
  return {
    neighbour: definition.name,
    claim: definition.claim,
    design: planned.design,
    conditions: { ...planned.conditions },
    expected: planned.expected,
    lockdep: said.lockdep,
    explore: said.explore,
    race: raced,
    found: Object.fromEntries(
      sides.map(({ column, found }) => [column, found || isRaced(column)]),
    ) as MatrixRow["found"],
    open,
    disagreements,
    verdict,
    agrees: verdict === "agrees",
  };
}

interface Side {
  readonly column: MatrixColumn;
  readonly found: boolean;
  /** Nothing was found, and it is not proved that there is nothing. */
  readonly isOpen: boolean;
  readonly disagreement: MatrixDisagreement | undefined;
}

function sideOf(column: MatrixColumn, planned: PlannedRow, said: RowExplored): Side {
  const { explore, lockdep } = said;
  const isLockdep = column === "lockdep";
  const kinds = kindsInColumn(column, explore.kinds);
  const found = isLockdep ? lockdep.reports > 0 : kinds.length > 0;
  const isProved = explore.exhaustive && !(isLockdep && lockdep.dropped > 0);
  const isOpen = !found && !isProved;
  const expected = planned.expected[column];
  if (isOpen || found === expected) return { column, found, isOpen, disagreement: undefined };
  const searched = `nothing in ${explore.executions} traces, every interleaving`;
  const met = isLockdep ? (lockdep.first ?? "no report") : firstOf(kinds, explore.messages);
  const disagreement: MatrixDisagreement = {
    column,
    by: isLockdep ? "lockdep" : "explore",
    expected,
    found,
    witness: found || isLockdep ? met : searched,
    command: exploreCommand(planned, isLockdep, explore.kinds.length > 1 || isLockdep),
  };
  return { column, found, isOpen, disagreement };
}

/** What the race saw in columns where nothing is expected. That it saw nothing is no disagreement. */
function seenThough(planned: PlannedRow, raced: MatrixRaced): MatrixDisagreement[] {
  return matrixColumns.flatMap((column) => {
    const kinds = kindsInColumn(column, raced.kinds);
    if (kinds.length === 0 || planned.expected[column]) return [];
    const witness = `${firstOf(kinds, raced.messages)}, seen in ${raced.worlds} worlds`;
    const command = commandLine([
      ...["refzero", "race", planned.scenario.named, ...paramWords(planned.given)],
      ...["--seconds", String(Math.max(1, Math.ceil(raced.seconds))), "--seed", raced.seed],
    ]);
    return [{ column, by: "race", expected: false, found: true, witness, command }];
  });
}

function firstOf(kinds: readonly string[], messages: Readonly<Record<string, string>>): string {
  const kind = kinds.find((one) => messages[one] !== undefined) ?? kinds[0] ?? "";
  return messages[kind] === undefined ? kind : `${kind}: ${messages[kind]}`;
}

function exploreCommand({ scenario, given }: PlannedRow, lockdep: boolean, keepGoing: boolean): string {
  return commandLine([
    ...["refzero", "explore", scenario.named, ...paramWords(given)],
    ...(keepGoing ? ["--keep-going"] : []),
    ...(lockdep ? ["--lockdep"] : []),
  ]);
}
