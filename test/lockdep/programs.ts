import fc from "fast-check";
import { Validator } from "../../src/lockdep/validator.ts";
import type { TraceEvent } from "../../src/record/lock-trace.ts";
import { counts, type LockdepReport } from "../../src/record/lockdep-record.ts";

/*
 * Small programs with mutexes and counted objects: run one task after the other for a trace, and in every interleaving
 * for the truth.
 */

/** What a task does next. `put` frees the object, by the program's free path, if it takes the last reference. */
export type Op =
  | { readonly do: "lock" | "unlock"; readonly lock: string }
  | { readonly do: "put"; readonly object: string };

/** A program: what each task does, and what whoever takes the last reference does to free. */
export interface Program {
  readonly tasks: readonly (readonly Op[])[];
  readonly free: readonly Op[];
  /** Tasks that own a reference of the object, which they drop. */
  readonly owners: readonly boolean[];
  readonly shared: boolean;
}

/** Locks of the programs, with their classes: two of class B, and X's own. */
const GLOBAL: Readonly<Record<string, readonly [of: string, order: number]>> = {
  A: ["A", 1],
  B1: ["B", 2],
  B2: ["B", 3],
  M: ["M", 0],
};
const OWN = "X.lock";

/** Nested locks around one thing to do. */
const nest = (locks: readonly string[], inner: readonly Op[]): Op[] => [
  ...locks.map((lock): Op => ({ do: "lock", lock })),
  ...inner,
  ...locks.toReversed().map((lock): Op => ({ do: "unlock", lock })),
];

const block = fc.record({
  locks: fc.array(fc.constantFrom("A", "B1", "B2", "M", OWN, OWN), { minLength: 1, maxLength: 3 }),
  inside: fc.boolean(),
});

/** Programs; `sound` ones touch the object's lock only while they own a reference. */
export const programs: fc.Arbitrary<Program> = fc
  .record({
    tasks: fc.array(
      fc.record({
        blocks: fc.array(block, { minLength: 1, maxLength: 2 }),
        put: fc.nat(3),
        owner: fc.nat(4),
      }),
      {
        minLength: 2,
        maxLength: 3,
      },
    ),
    free: fc.array(fc.constantFrom("A", "B1", OWN, OWN), { minLength: 1, maxLength: 2 }),
    sound: fc.nat(3),
    shared: fc.nat(5),
  })
  .map(({ tasks, free, sound, shared }) => {
    const owners = tasks.map(({ owner }, at) => at === 0 || owner > 0);
    return {
      owners,
      shared: shared === 0,
      free: nest([...new Set(free)], []),
      tasks: tasks.map(({ blocks, put }, task) => {
        const owner = owners[task] === true;
        let owns = owner;
        const ops = blocks.flatMap(({ locks, inside }, at): Op[] => {
          const drops = owns && put === at;
          const mayTouch = sound === 0 || (owns && !(drops && inside));
          const taken = [...new Set(mayTouch ? locks : locks.filter((lock) => lock !== OWN))];
          if (!drops) return nest(taken, []);
          owns = false;
          const last: Op = { do: "put", object: "X" };
          return inside ? nest(taken, [last]) : [...nest(taken, []), last];
        });
        return owns ? [...ops, { do: "put", object: "X" } as const] : ops;
      }),
    };
  });

interface State {
  readonly rest: readonly (readonly Op[])[];
  readonly owners: Readonly<Record<string, number>>;
  readonly references: number;
}

/** One step of a task, or nothing if it has to wait. */
function step({ free }: Program, state: State, task: number): State | undefined {
  const [op, ...rest] = state.rest[task] ?? [];
  if (op === undefined) return undefined;
  const then = (ops: readonly Op[], change: Partial<State>): State => ({
    ...state,
    ...change,
    rest: state.rest.map((one, at) => (at === task ? ops : one)),
  });
  if (op.do === "put") {
    const references = state.references - 1;
    return then(references === 0 ? [...free, ...rest] : rest, { references });
  }
  if (op.do === "lock")
    return state.owners[op.lock] === undefined
      ? then(rest, { owners: { ...state.owners, [op.lock]: task } })
      : undefined;
  const { [op.lock]: _gone, ...owners } = state.owners;
  return then(rest, { owners });
}

const startOf = (program: Program): State => ({
  rest: program.tasks,
  owners: {},
  references: program.owners.filter(Boolean).length,
});

/** Whether some interleaving ends with tasks that wait for each other, or for themselves. */
export function deadlocks(program: Program): boolean {
  const seen = new Set<string>();
  const visit = (state: State): boolean => {
    const key = JSON.stringify([
      state.rest.map((ops) => ops.length),
      state.owners,
      state.references,
      state.rest.map((ops) => ops[0]),
    ]);
    if (seen.has(key)) return false;
    seen.add(key);
    const next = program.tasks
      .map((_, task) => step(program, state, task))
      .filter((one) => one !== undefined);
    if (next.length === 0) return state.rest.some((ops) => ops.length > 0);
    return next.some(visit);
  };
  return visit(startOf(program));
}

/** Orders of tasks. */
function permutations(of: readonly number[]): number[][] {
  if (of.length === 0) return [[]];
  return of.flatMap((first) =>
    permutations(of.filter((one) => one !== first)).map((rest) => [first, ...rest]),
  );
}

/** The trace of the program run one task after the other, in every order of tasks; nothing if one waits for itself. */
export function traceOf(program: Program): TraceEvent[] {
  const events: TraceEvent[] = Object.entries(GLOBAL).map(([lock, [of, order]]) => ({
    op: "init",
    lock,
    class: of,
    type: "mutex",
    order,
  }));
  const name = (task: number): string => `T${task}`;
  for (const order of permutations(program.tasks.map((_, task) => task))) {
    events.push({ op: "init", lock: OWN, class: "X", type: "mutex" });
    program.owners.forEach((owns, task) => {
      if (task === 0)
        events.push({ op: "object", task: name(0), object: "X", locks: [OWN], shared: program.shared });
      else if (owns) events.push({ op: "get", task: name(task), object: "X" });
    });
    let state: State | undefined = startOf(program);
    for (const task of order) {
      while (state !== undefined && (state.rest[task] ?? []).length > 0) {
        const op: Op | undefined = state.rest[task]?.[0];
        if (op?.do === "put") events.push({ op: "put", task: name(task), object: "X" });
        else if (op !== undefined)
          events.push({ op: op.do === "lock" ? "acquire" : "release", task: name(task), lock: op.lock });
        state = step(program, state, task);
      }
      // It waits for what it holds, or for what a task before it never gave back.
      if (state === undefined) break;
    }
    if (state === undefined) break;
  }
  return events;
}

/** What exact mode says of the program: nothing, that it cannot happen, or that it can. */
export function exactly(program: Program): {
  says: "silent" | "cannot" | "can";
  reports: readonly LockdepReport[];
} {
  const validator = new Validator("exact");
  for (const event of traceOf(program)) validator.event(event);
  validator.finish();
  const reports = validator.reports();
  return { says: reports.length === 0 ? "silent" : reports.some(counts) ? "can" : "cannot", reports };
}
