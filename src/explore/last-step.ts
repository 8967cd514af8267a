import type { ResolvedScenario } from "../catalogue/resolve.ts";
import type { EventLog } from "./event-log.ts";
import type { Machine } from "./machine.ts";
import { Tracer } from "./trace.ts";

/** Whose step the last one of an execution was, and where in the source. The machine is left at its end. */
export function lastStepOf(
  machine: Machine,
  { events }: EventLog,
  { scenario }: { readonly scenario: ResolvedScenario },
): { readonly task: number; readonly at: string | null } {
  const tracer = new Tracer(machine, scenario.sources);
  tracer.run(events, () => undefined);
  return { task: events.at(-1)?.task ?? -1, at: tracer.steps.at(-1)?.at ?? null };
}
