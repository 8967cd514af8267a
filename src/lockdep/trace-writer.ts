import { LOCK_TRACE_VERSION, type TraceEvent, type TraceHeader } from "../record/lock-trace.ts";

/** The first line of a trace file, without its end. */
export function headerLine(header: Omit<TraceHeader, "format" | "version">): string {
  return JSON.stringify({ format: "lock-trace", version: LOCK_TRACE_VERSION, ...header });
}

/** A line of a trace file, without its end. `op` comes first, for whoever reads it. */
export function eventLine(event: TraceEvent): string {
  const { op, ...rest } = event;
  return JSON.stringify({ op, ...rest });
}

/** A whole trace, line by line. */
export function* traceLines(
  header: Omit<TraceHeader, "format" | "version">,
  events: Iterable<TraceEvent>,
): Generator<string> {
  yield `${headerLine(header)}\n`;
  for (const event of events) yield `${eventLine(event)}\n`;
}
