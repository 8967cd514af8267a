import type { ViolationKind } from "#shared/violation";
import type { MatrixColumn } from "./matrix-record.ts";
import { classOfViolation } from "./violation-kinds.ts";

/** Those of `kinds` that fill a column. */
export function kindsInColumn(column: MatrixColumn, kinds: readonly string[]): ViolationKind[] {
  return (kinds as readonly ViolationKind[]).filter((kind) => classOfViolation(kind) === column);
}
