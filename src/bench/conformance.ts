import type { ConformanceRecord } from "../record/conformance-record.ts";
import type { ForeignLock } from "./foreign.ts";
import { ForeignTeam } from "./foreign-team.ts";
import { PathTeam } from "./path-team.ts";
import { rowsOf } from "./plan.ts";
import { Hung, type Team } from "./team.ts";

/**
 * Sections of a member in a run. Some wake-ups are lost where a run begins and ends, so there are many short runs; others
 * in a window that is seldom met, so there are some long ones.
 */
const CALLS = [30, 1, 3000, 300, 30_000, 100_000] as const;
/** Milliseconds that a run may take, by how fast the lock was so far: a slow lock gets fewer sections. */
const RUN_MS = 50;
/** Members, in turn. */
const TASKS = [2, 4, 3] as const;
/** Runs of one team before it is made anew: others then meet others. */
const RUNS_A_TEAM = 50;
/** Milliseconds that a run of some thousand sections may take, before it is said to hang. */
const LIMIT_MS = 3000;
/** Hanging runs after which it is known well enough. */
const MOST_HUNG = 10;

/** A lock to check: makes a team of so many members, whose counter can be read between runs. */
export interface Subject {
  readonly name: string;
  readonly start: (tasks: number) => Promise<{ team: Team; counted: () => number; end: () => Promise<void> }>;
}

/** A foreign lock as a subject. */
export function foreignSubject(lock: ForeignLock): Subject {
  return {
    name: lock.name,
    start: async (tasks) => {
      const started = await ForeignTeam.start(lock, tasks);
      return { team: started.team, counted: () => started.counted() - tasks, end: () => started.end() };
    },
  };
}

/** One of refzero's own paths as a subject. @throws UsageError UNKNOWN_PATH */
export function ownSubject(path: string): Subject {
  rowsOf([path], {});
  return {
    name: path,
    start: async (tasks) => {
      const [choice] = rowsOf([path], { tasks: [String(tasks)] });
      if (choice === undefined) throw new Error(`no row for ${path}`);
      const started = await PathTeam.start(choice, { seed: tasks, recorder: false, lockStat: false });
      return { team: started.team, counted: () => started.counted(), end: () => started.end() };
    },
  };
}

/**
 * Many short contended runs of one lock: after each the counter that it guards must be the sum, and each must end. A run
 * that hangs is given up with its workers, and the next team goes on.
 */
export async function conformance(
  subject: Subject,
  options: {
    runs: number;
    signal: AbortSignal | undefined;
    onProgress: (line: string) => void;
  },
): Promise<ConformanceRecord> {
  const started = performance.now();
  const state = { runs: 0, lost: 0, updates: { lost: 0, of: 0 }, hung: [] as number[] };
  for (let turn = 0; !isOver(state, options); turn++)
    await teamRuns(subject, TASKS[turn % TASKS.length] ?? 2, state, options);
  const interrupted = options.signal?.aborted === true;
  const broken = state.lost > 0 || state.hung.length > 0;
  return {
    format: "refzero-conformance",
    version: 1,
    name: subject.name,
    verdict: broken ? "violated" : interrupted ? "inconclusive" : "holds",
    ...state,
    limitMs: LIMIT_MS,
    seconds: (performance.now() - started) / 1000,
    interrupted,
  };
}

interface State {
  runs: number;
  lost: number;
  updates: { lost: number; of: number };
  hung: number[];
}

function isOver(state: State, options: { runs: number; signal: AbortSignal | undefined }): boolean {
  return state.runs >= options.runs || state.hung.length >= MOST_HUNG || options.signal?.aborted === true;
}

/** Runs of one team, until it has had its share or hangs. */
async function teamRuns(
  subject: Subject,
  tasks: number,
  state: State,
  options: { runs: number; signal: AbortSignal | undefined; onProgress: (line: string) => void },
): Promise<void> {
  const { team, counted, end } = await subject.start(tasks);
  try {
    let before = counted();
    let perMs = 1;
    for (let run = 0; run < RUNS_A_TEAM && !isOver(state, options); run++) {
      const calls = Math.min(CALLS[state.runs % CALLS.length] ?? 1, Math.max(30, Math.round(perMs * RUN_MS)));
      state.runs++;
      options.onProgress(`${subject.name}: run ${state.runs} of ${options.runs}, ${tasks} tasks`);
      const { ms } = await team.exactly(calls, LIMIT_MS);
      if (calls > 1) perMs = calls / Math.max(...ms, 0.001);
      const now = counted();
      const missing = tasks * calls - (now - before);
      before = now;
      state.updates.of += tasks * calls;
      if (missing === 0) continue;
      state.lost++;
      state.updates.lost += missing;
    }
  } catch (error) {
    if (!(error instanceof Hung)) throw error;
    state.hung.push(state.runs);
  } finally {
    await end();
  }
}
