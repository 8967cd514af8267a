import * as v from "valibot";
import { type AdviceKind, adviceSentences } from "./advice.ts";
import type { MatrixResult } from "./matrix-record.ts";
import { UsageError } from "./usage-error.ts";

/** The version of the format that is written and read. */
const MATRIX_FILE_VERSION = 1;

/** Results of a judgement that may go on later. */
export interface MatrixFile {
  format: "refzero-matrix";
  version: typeof MATRIX_FILE_VERSION;
  /** Of the code that the results are of: other code may have others. */
  fingerprint: string;
  /** By a hash of what went into a row. */
  results: Record<string, MatrixResult>;
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const positive = v.pipe(v.number(), v.minValue(0));
const text = v.string();
const kinds = v.array(text);
const messages = v.record(text, text);
const lockdep = v.strictObject({
  verdict: v.picklist(["silent", "spurious", "possible"]),
  reports: count,
  possible: count,
  first: v.nullable(text),
  dropped: count,
});
const explore = v.strictObject({
  kinds,
  messages,
  advice: v.array(v.picklist(Object.keys(adviceSentences) as AdviceKind[])),
  exhaustive: v.boolean(),
  executions: count,
  seconds: positive,
  overran: v.nullable(text),
});
const race = v.strictObject({
  kinds,
  messages,
  worlds: count,
  frees: count,
  contendedFrees: count,
  nsPerFree: v.nullable(positive),
  seconds: positive,
  seed: text,
});
const schema: v.GenericSchema<MatrixFile> = v.strictObject({
  format: v.literal("refzero-matrix"),
  version: v.literal(MATRIX_FILE_VERSION),
  fingerprint: text,
  results: v.record(
    text,
    v.strictObject({
      explored: v.exactOptional(v.strictObject({ lockdep, explore })),
      raced: v.exactOptional(race),
    }),
  ),
});

/** A file of these results. */
export function matrixFile(fingerprint: string, results: ReadonlyMap<string, MatrixResult>): MatrixFile {
  return {
    format: "refzero-matrix",
    version: MATRIX_FILE_VERSION,
    fingerprint,
    results: Object.fromEntries(results),
  };
}

/** Reads the text of such a file; `file` is how messages name it. @throws UsageError BAD_FILE */
export function parseMatrixFile(file: string, text: string): MatrixFile {
  const fail = (reason: string): never => {
    throw new UsageError("BAD_FILE", { file, reason });
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fail("it is not JSON");
  }
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const where = v.getDotPath(issue);
  return fail(`${where === null ? "" : `${where}: `}${issue.message}`);
}
