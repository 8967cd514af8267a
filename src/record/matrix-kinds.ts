import type { ViolationKind } from "#shared/violation";
import type { MatrixColumn } from "./matrix-record.ts";
import { classOfViolation, isAdvisory } from "./violation-kinds.ts";

/** Those of `kinds` that fill a column: advisories only say what may not be relied on, and fill none. */
export function kindsInColumn(column: MatrixColumn, kinds: readonly string[]): ViolationKind[] {
  return (kinds as readonly ViolationKind[]).filter(
    (kind) => !isAdvisory(kind) && classOfViolation(kind) === column,
  );
}
