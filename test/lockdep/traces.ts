import { traceLines } from "../../src/lockdep/trace-writer.ts";
import { validateTrace } from "../../src/lockdep/validate.ts";
import { Validator } from "../../src/lockdep/validator.ts";
import type { LockdepMode, TraceEvent } from "../../src/record/lock-trace.ts";
import type { LockdepRecord, LockdepReport } from "../../src/record/lockdep-record.ts";

/** What the validator says of events that it is handed one by one. */
export function reportsOf(events: readonly TraceEvent[], mode: LockdepMode): readonly LockdepReport[] {
  const validator = new Validator(mode);
  for (const event of events) validator.event(event);
  validator.finish();
  return validator.reports();
}

/** What it says of the same events in a file. */
export function recordOf(events: readonly TraceEvent[], mode: LockdepMode): Promise<LockdepRecord> {
  return validateTrace(
    "trace.jsonl",
    [Buffer.from([...traceLines({ name: "a test" }, events)].join(""))],
    mode,
  );
}
