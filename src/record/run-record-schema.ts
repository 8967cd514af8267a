import * as v from "valibot";
import { liveLockdepSchema } from "./live-lockdep.ts";
import { RUN_RECORD_VERSION, type RunRecord } from "./run-record.ts";
import { tortureSchema } from "./torture-record.ts";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const text = v.string();
const wait = v.strictObject({ task: text, waitsFor: text, heldBy: v.nullable(text) });
const event = v.strictObject({ task: text, event: text, object: text, value: v.number() });
const violation = v.strictObject({
  kind: text,
  message: text,
  task: v.nullable(text),
  other: v.nullable(text),
  world: v.number(),
  object: v.nullable(text),
  value: v.number(),
  waits: v.array(wait),
  held: v.array(text),
  events: v.array(event),
});
const task = v.strictObject({
  name: text,
  worlds: count,
  ops: count,
  frees: count,
  contendedFrees: count,
  overlap: count,
  lockWaits: count,
  trylockFailed: count,
  backoffs: count,
  reclaims: count,
  pagesReclaimed: count,
  deferred: count,
  // Records of before there was this one are read all the same.
  putsUnderLock: v.exactOptional(count),
});

const schema: v.GenericSchema<RunRecord> = v.strictObject({
  format: v.literal("refzero-run"),
  version: v.literal(RUN_RECORD_VERSION),
  scenario: text,
  claim: text,
  engine: v.literal("race"),
  params: v.record(text, v.union([text, v.number()])),
  mode: v.picklist(["batch", "soak"]),
  expect: v.picklist(["holds", "violated"]),
  verdict: v.picklist(["holds", "violated", "inconclusive"]),
  interrupted: v.boolean(),
  seed: text,
  seconds: v.number(),
  cpus: count,
  worldsPerBatch: count,
  arenaBytes: count,
  worlds: count,
  ops: count,
  frees: count,
  contendedFrees: count,
  overlap: count,
  backoffs: count,
  reclaims: count,
  nsPerFree: v.nullable(v.number()),
  violationCount: count,
  violations: v.array(violation),
  tasks: v.array(task),
  torture: v.exactOptional(tortureSchema),
  schedule: v.nullable(
    v.strictObject({ file: text, from: text, kind: text, steps: count, preemptions: count }),
  ),
  lockdep: v.nullable(liveLockdepSchema),
  command: text,
});

/**
 * Checks that a value is a run record of the current version and returns it.
 * @throws ValiError naming the first field that is not
 */
export function checkRunRecord(value: unknown): RunRecord {
  return v.parse(schema, value);
}
