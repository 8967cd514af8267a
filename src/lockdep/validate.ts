import type { LockdepMode } from "../record/lock-trace.ts";
import type { LockdepRecord } from "../record/lockdep-record.ts";
import { TraceReader } from "./trace-reader.ts";
import { Validator } from "./validator.ts";

/**
 * Validates a trace as its bytes come. A mode that is asked for overrides the header's.
 * @throws UsageError BAD_TRACE
 */
export async function validateTrace(
  file: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  asked: LockdepMode | undefined,
): Promise<LockdepRecord> {
  let validator = new Validator();
  let name = "";
  const reader = new TraceReader(file, {
    header: (header) => {
      name = header.name ?? "";
      validator = new Validator(asked ?? header.mode ?? "kernel", header.prime ?? []);
    },
    event: (event, line) => validator.event(event, line),
  });
  for await (const bytes of chunks) reader.chunk(bytes);
  reader.end();
  validator.finish();
  const stats = validator.stats();
  return {
    file,
    name,
    mode: validator.mode,
    events: validator.events,
    classes: stats.classes,
    dependencies: stats.dependencies,
    reports: validator.reports(),
    stats,
    graph: validator.graph(),
  };
}
