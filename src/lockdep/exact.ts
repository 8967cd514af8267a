import type { ExactVerdict } from "../record/lockdep-record.ts";
import type { LockClass } from "./classes.ts";
import { components, strongCycles } from "./cycles.ts";
import type { Evidence, Want } from "./evidence.ts";
import type { LockInstance } from "./held.ts";

/** What exact mode says of a cycle. */
export interface Judgement {
  readonly verdict: ExactVerdict;
  readonly reason: string;
  readonly instances?: "distinct";
}

/** From what speaks for innocence to what speaks against it. */
const severity: Readonly<Record<ExactVerdict, number>> = {
  "cannot-contend": 0,
  gated: 1,
  "distinct-instances": 2,
  "single-task": 3,
  possible: 4,
};

/**
 * Judges a report by the classes of its cycle: by the worst cycle that tasks of this trace could wait in. There need
 * not be one. The whole trace counts, so this is done at its end.
 */
export function judge(evidence: Evidence, classes: readonly LockClass[]): Judgement {
  const cycles = strongCycles(evidence, [...new Set(classes)]);
  if (cycles === undefined) return { verdict: "possible", reason: "too many cycles to look at each" };
  let worst: Judgement | undefined;
  for (const cycle of cycles) {
    const found = judgeCycle(cycle);
    if (worst === undefined || severity[found.verdict] > severity[worst.verdict]) worst = found;
  }
  return worst ?? { verdict: "cannot-contend", reason: aloneReason(evidence, classes) };
}

/** A cycle that no report is about. */
export interface Uncovered {
  readonly classes: readonly LockClass[];
  readonly judgement: Judgement;
  /** Where its last dependency was seen, and whose it was. */
  readonly event: number;
  readonly task: string;
}

/** Cycles that tasks could wait in and that no report covers, because a shorter innocent one stood for them. */
export function uncovered(evidence: Evidence, covered: readonly (readonly LockClass[])[]): Uncovered[] {
  return components(evidence).flatMap((classes) => {
    const inside = new Set(classes);
    const isCovered = (cycle: readonly LockClass[]): boolean => {
      const common = cycle.filter((one) => inside.has(one));
      return common.length > 0 && strongCycles(evidence, common)?.length !== 0;
    };
    if (covered.some(isCovered)) return [];
    const cycles = strongCycles(evidence, classes);
    if (cycles === undefined) return [{ classes, judgement: judge(evidence, classes), event: 0, task: "" }];
    const bad = cycles
      .map((cycle) => ({ cycle, judgement: judgeCycle(cycle) }))
      .filter(({ judgement: { verdict } }) => severity[verdict] >= severity["single-task"])
      .sort((a, b) => severity[b.judgement.verdict] - severity[a.judgement.verdict]);
    return bad.slice(0, 1).map(({ cycle, judgement }) => ({ ...placeOf(cycle), judgement }));
  });
}

/** The cycle as the kernel would have reported it: by its last dependency, from the class that was wanted. */
function placeOf(cycle: readonly Want[]): Omit<Uncovered, "judgement"> {
  const last = cycle.reduce((latest, want) => (want.event > latest.event ? want : latest));
  const at = cycle.indexOf(last) + 1;
  const turned = [...cycle.slice(at), ...cycle.slice(0, at)];
  const { task, event } = last;
  return {
    classes: turned.map(({ from }) => from),
    event,
    task: task === undefined || task === "several" ? "" : task.name,
  };
}

function judgeCycle(cycle: readonly Want[]): Judgement {
  const itself = cycle.find(({ self }) => self);
  if (itself !== undefined)
    return {
      verdict: "possible",
      reason: `a task takes one instance of ${itself.from.name} twice: it waits for itself`,
    };
  const gate = commonGate(cycle);
  if (gate !== undefined) {
    return {
      verdict: "gated",
      reason: `every dependency of the cycle was taken under ${gate.name} (${gate.className}), held exclusively: one task at a time is inside`,
    };
  }
  if (isOrdered(cycle))
    return {
      verdict: "distinct-instances",
      reason: "the instances are taken in rising order, which the trace declares",
    };
  const instances = haveNoCycle(cycle) ? { instances: "distinct" as const } : {};
  const [first] = cycle;
  const task = first?.task;
  if (task !== undefined && task !== "several" && cycle.every((want) => want.task === task)) {
    return {
      verdict: "single-task",
      reason: `only ${task.name} takes them; two tasks on its path would do`,
      ...instances,
    };
  }
  return { verdict: "possible", reason: "nothing in the trace keeps the tasks apart", ...instances };
}

/** A lock, of none of the cycle's classes, that all held exclusively, by instance. */
function commonGate(cycle: readonly Want[]): LockInstance | undefined {
  const [first, ...rest] = cycle;
  const own = new Set(cycle.flatMap(({ from, to }) => [from, to]));
  for (const gate of first?.gates ?? [])
    if (rest.every(({ gates }) => gates?.has(gate)) && !gate.classes.some((one) => one && own.has(one)))
      return gate;
  return undefined;
}

/** Going round, the order never falls and rises somewhere: no instance can be reached again. */
function isOrdered(cycle: readonly Want[]): boolean {
  return cycle.every(({ rise }) => rise >= 0) && cycle.some(({ rise }) => rise > 0);
}

/** Whether the instances seen form no cycle. */
function haveNoCycle(cycle: readonly Want[]): boolean {
  if (cycle.some(({ overflow }) => overflow)) return false;
  const next = new Map<LockInstance, LockInstance[]>();
  for (const { pairs } of cycle)
    for (const [from, to] of pairs.values()) next.set(from, [...(next.get(from) ?? []), to]);
  const state = new Map<LockInstance, "open" | "done">();
  const loops = (at: LockInstance): boolean => {
    if (state.get(at) !== undefined) return state.get(at) === "open";
    state.set(at, "open");
    const found = (next.get(at) ?? []).some(loops);
    state.set(at, "done");
    return found;
  };
  return ![...next.keys()].some(loops);
}

function aloneReason(evidence: Evidence, classes: readonly LockClass[]): string {
  for (const from of classes) {
    for (const to of classes) {
      const alone = evidence.wantsByClass.get(from)?.get(to)?.alone;
      if (alone === undefined || evidence.wantsByClass.get(from)?.get(to)?.kinds !== 0) continue;
      const { task, object, lock, event, wanted } = alone;
      return `${task.name} took the last reference of ${object} (event ${event}) and ${lock} is its own lock: nobody can ${wanted ? "hold" : "wait for"} it`;
    }
  }
  return "no task waits in such a cycle";
}
