import type { Event } from "./event.ts";
import { EventLog } from "./event-log.ts";
import { type Finding, findingsAtEnd } from "./findings.ts";
import type { Machine } from "./machine.ts";
import { isPreemption } from "./preemption.ts";
import { type Budget, runThrough } from "./search.ts";
import { DfsSearch } from "./strategy/dfs.ts";

/** An interleaving that fails, and how. */
export interface Failure {
  readonly events: readonly Event[];
  readonly finding: Finding;
  readonly preemptions: number;
}

/** A failure made small. */
export interface Shrunk extends Failure {
  /** True if every interleaving with fewer preemptions was tried, and none fails in this way. */
  readonly fewest: boolean;
}

/** Interleavings with as few preemptions that are looked at for a shorter one. */
const SHORTER = 2_000;

/**
 * Looks for the fewest preemptions with which the failure still happens: tries every interleaving with none, then with
 * one, and so on; `interleavings` altogether, then it gives up and `fewest` is false. Of those with as few preemptions
 * it takes one with few steps, and leaves out what the failure does not depend on. The same failure gives the same
 * result.
 */
export function shrink(machine: Machine, found: Failure, budget: Budget, interleavings: number): Shrunk {
  let left = interleavings;
  for (let bound = 0; bound <= found.preemptions; bound++) {
    let best: Failure | undefined;
    let since = 0;
    const onExecution = (log: EventLog): boolean => {
      if (best !== undefined && (++since > SHORTER || log.length >= best.events.length))
        return since <= SHORTER;
      const [finding] = findingsAtEnd(machine, log);
      if (finding !== undefined && isSame(finding, found.finding))
        best = { events: log.events, finding, preemptions: bound };
      return true;
    };
    const limits = { ...budget, executions: left };
    const search = new DfsSearch(machine, bound, limits, onExecution);
    const { executions, exhaustive } = runThrough(search);
    if (best !== undefined) return { ...withoutTheRest(machine, best, budget), fewest: true };
    left -= executions;
    if (!exhaustive || left <= 0) break;
  }
  return { ...withoutTheRest(machine, found, budget), fewest: false };
}

/** Fails in the same way: the same kind, and where it has an object the same object. */
export function isSame(a: Finding, b: Finding): boolean {
  return a.kind === b.kind && a.object === b.object;
}

/**
 * Drops the steps that do not come before the failing one: those of others after it, and those beside it that it
 * does not depend on. What is left is a beginning of the same trace, so it ends in the same state of what matters.
 */
function withoutTheRest(machine: Machine, failure: Failure, budget: Budget): Failure {
  const log = replayed(machine, failure.events);
  const ends = endsOf(machine, log, failure.finding);
  if (ends.length === 0) return failure;
  const kept = failure.events.filter((_, index) => ends.some((end) => log.comesBefore(index, end)));
  const again = retake(machine, kept, budget);
  return again !== undefined &&
    isSame(again.finding, failure.finding) &&
    again.preemptions <= failure.preemptions
    ? again
    : failure;
}

/** The steps that the failure consists of; none where it takes everybody's end to see it. */
function endsOf(machine: Machine, log: EventLog, finding: Finding): number[] {
  if (log.race !== undefined && finding.kind === "data-race") return [log.race.first, log.race.second];
  if (machine.cycle !== undefined && finding.kind === "deadlock")
    return machine.cycle.map((task) => log.lastOf(task));
  const reported = machine.violations() > 0 && finding.task >= 0;
  return reported ? [log.lastOf(finding.task)] : [];
}

/** Takes the events' steps again, and leaves the machine at their end. */
export function replayed(machine: Machine, events: readonly Event[]): EventLog {
  const log = new EventLog(machine);
  machine.reset();
  for (const { task, outcome } of events) log.take(machine, task, outcome);
  return log;
}

/** Takes steps that may no longer fit; undefined if they do not, or nothing is wrong at their end. */
function retake(machine: Machine, events: readonly Event[], budget: Budget): Failure | undefined {
  const log = new EventLog(machine);
  machine.reset();
  let preemptions = 0;
  let previous = -1;
  for (const { task, kind, outcome } of events) {
    if (!machine.enabled(task) || machine.stepKind(task) !== kind || log.length > budget.steps)
      return undefined;
    if (isPreemption(machine, previous, task)) preemptions++;
    log.take(machine, task, outcome);
    previous = task;
  }
  const [finding] = findingsAtEnd(machine, log);
  return finding === undefined ? undefined : { events: log.events, finding, preemptions };
}
