// Linearizability after Wing and Gong, with Lowe's memo of what has been tried. An operation may take effect in
// several atomic actions (it asks, then it is granted); all of them lie between its call and its return.

/** An operation as it was called. */
export interface Call {
  readonly task: number;
  readonly name: string;
}

/** One way an operation may go on in some state. Without `next` it takes effect and returns `result`. */
export interface Outcome<S> {
  readonly state: S;
  readonly result?: unknown;
  /** The action that has to follow before the operation can return. */
  readonly next?: number;
}

/** A sequential specification. States are plain data and never changed in place. */
export interface Spec<S> {
  readonly initial: S;
  /** All that `call` may do as its action `action` in `state`. Nothing: it waits. */
  readonly actions: (state: S, call: Call, action: number) => readonly Outcome<S>[];
}

/** An operation of a history. Times count returns: it was called after `calledAfter` of them. */
export interface Operation extends Call {
  readonly calledAfter: number;
  /** Which return it was, from 0. Without one the operation never returned. */
  returned?: number;
  result?: unknown;
}

/** What a history is: the operations of each task in their order. */
export type Rows = readonly (readonly Operation[])[];

/**
 * `linearizable`: and whoever waits at the end is made to by the specification. `stuck`: but a task waits that could
 * go on. `not linearizable`: no order of the operations explains what they returned.
 */
export type Verdict = "linearizable" | "stuck" | "not linearizable";

/** Judges a history at whose end no task can take a step. */
export function judge<S>(spec: Spec<S>, rows: Rows): Verdict {
  if (new Search(spec, rows, true).explains()) return "linearizable";
  return new Search(spec, rows, false).explains() ? "stuck" : "not linearizable";
}

class Search<S> {
  readonly #spec: Spec<S>;
  readonly #rows: Rows;
  /** The end is final: what has not returned must have to wait. Else it may have taken effect or not. */
  readonly #final: boolean;
  readonly #tried = new Set<string>();

  constructor(spec: Spec<S>, rows: Rows, final: boolean) {
    this.#spec = spec;
    this.#rows = rows;
    this.#final = final;
  }

  explains(): boolean {
    const nothing = this.#rows.map(() => 0);
    return this.#from(nothing, nothing, this.#spec.initial);
  }

  /** `done` operations of each task have taken effect; the next one of each goes on with its `action`. */
  #from(done: readonly number[], action: readonly number[], state: S): boolean {
    const key = JSON.stringify([done, action, state]);
    if (this.#tried.has(key)) return false;
    this.#tried.add(key);
    if (this.#isEnd(done, action, state)) return true;
    return this.#rows.some((row, task) => {
      const operation = row[done[task] ?? 0];
      if (operation === undefined || !this.#mayGoOn(operation, done)) return false;
      return this.#spec.actions(state, operation, action[task] ?? 0).some((outcome) => {
        if (outcome.next !== undefined)
          return this.#from(done, action.with(task, outcome.next), outcome.state);
        if (operation.returned === undefined ? this.#final : !same(operation.result, outcome.result))
          return false;
        return this.#from(done.with(task, (done[task] ?? 0) + 1), action.with(task, 0), outcome.state);
      });
    });
  }

  /** Whatever returned before the operation was called has to come first. */
  #mayGoOn({ calledAfter }: Operation, done: readonly number[]): boolean {
    return this.#rows.every((row, task) => {
      const { returned } = row[done[task] ?? 0] ?? {};
      return returned === undefined || returned >= calledAfter;
    });
  }

  #isEnd(done: readonly number[], action: readonly number[], state: S): boolean {
    return this.#rows.every((row, task) => {
      const operation = row[done[task] ?? 0];
      if (operation === undefined) return true;
      if (operation.returned !== undefined) return false;
      return !this.#final || this.#spec.actions(state, operation, action[task] ?? 0).length === 0;
    });
  }
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * The history without what no specification can tell: of the times, only which returns came before each call.
 * Equal texts get equal verdicts.
 */
export function textOf(rows: Rows): string {
  const line = (row: readonly Operation[]): string =>
    row
      .map(({ name, result, returned, calledAfter }) => {
        const before = rows.map(
          (other) => other.filter((one) => (one.returned ?? Infinity) < calledAfter).length,
        );
        return `${name}=${returned === undefined ? "waits" : JSON.stringify(result)}<${before}`;
      })
      .join(" ");
  return rows.map(line).join(" | ");
}
