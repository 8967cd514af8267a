import type { Outcome, Spec } from "../checker.ts";

/** Who holds the lock how, and who has queued for what, in order. */
export interface RwsemState {
  readonly writer: number;
  readonly readers: readonly number[];
  readonly queue: readonly { readonly task: number; readonly write: boolean }[];
}

type Outcomes = readonly Outcome<RwsemState>[];

const without = (state: RwsemState, task: number): RwsemState => ({
  ...state,
  readers: state.readers.filter((reader) => reader !== task),
});
const isFree = ({ writer, readers }: RwsemState): boolean => writer === -1 && readers.length === 0;

/** Every reader of the queue comes in at once. */
function admitReaders(state: RwsemState): RwsemState {
  const admitted = state.queue.filter(({ write }) => !write).map(({ task }) => task);
  const readers = [...state.readers, ...admitted].sort();
  return { ...state, readers, queue: state.queue.filter(({ write }) => write) };
}

function read(state: RwsemState, task: number, queued: boolean): Outcomes {
  if (queued && state.readers.includes(task)) return [{ state }];
  if (queued)
    return state.writer === -1 && state.queue[0]?.write === false ? [{ state: admitReaders(state) }] : [];
  if (state.writer === -1 && state.queue.length === 0)
    return [{ state: { ...state, readers: [...state.readers, task].sort() } }];
  return [{ state: { ...state, queue: [...state.queue, { task, write: false }] }, next: 1 }];
}

function write(state: RwsemState, task: number, queued: boolean): Outcomes {
  // A writer may pass those in front of it in the queue, and one that has just come may not.
  if (isFree(state) && (queued || state.queue.length === 0)) {
    const queue = state.queue.filter((waiter) => waiter.task !== task);
    return [{ state: { ...state, writer: task, queue } }];
  }
  return queued ? [] : [{ state: { ...state, queue: [...state.queue, { task, write: true }] }, next: 1 }];
}

/**
 * A reader-writer lock with a queue. A reader comes in if nobody queues and no writer is in; once in the queue,
 * together with all others there when a reader stands first. Tries fail where anybody queues.
 */
export const rwsemSpec: Spec<RwsemState> = {
  initial: { writer: -1, readers: [], queue: [] },
  actions(state, { task, name }, action) {
    switch (name) {
      case "read":
        return read(state, task, action === 1);
      case "write":
        return write(state, task, action === 1);
      case "try read":
      case "try write": {
        const [outcome] = name === "try read" ? read(state, task, false) : write(state, task, false);
        const got = outcome !== undefined && outcome.next === undefined;
        return [got ? { ...outcome, result: true } : { state, result: false }];
      }
      case "unread":
        return state.readers.includes(task) ? [{ state: without(state, task) }] : [];
      case "unwrite":
        return state.writer === task ? [{ state: { ...state, writer: -1 } }] : [];
      case "downgrade":
        return state.writer === task
          ? [{ state: { ...state, writer: -1, readers: [...state.readers, task].sort() } }]
          : [];
      default:
        throw new Error(name);
    }
  },
};
