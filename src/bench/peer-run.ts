import type { BenchRecord, BenchResult } from "../record/bench-record.ts";
import { type BenchOptions, benchCandidates, type Candidate, candidateOf } from "./bench.ts";
import { CProgram } from "./c-program.ts";
import { packages, peerCandidates } from "./peers.ts";
import { rowsOf } from "./plan.ts";

/**
 * The same loop (lock, counter++, unlock) for refzero's locks and what people would use instead, for each number of
 * tasks, all in turns in one run; the C program in processes of its own, one a round.
 */
export async function benchPeers(
  taskCounts: readonly number[],
  options: Omit<BenchOptions, "tables">,
): Promise<BenchRecord> {
  const tables: (readonly Candidate[])[] = [];
  for (const tasks of taskCounts)
    tables.push([...ownCandidates(tasks, options), ...(await peerCandidates(tasks))]);
  const c = await CProgram.compiled();
  try {
    const beside = taskCounts.map((tasks) => async () => await c?.round(tasks, options));
    const record = await benchCandidates(tables, options, beside);
    const results = c?.results() ?? [];
    record.results.push(...results.map((result, index) => ({ ...result, group: -1 - index })));
    if (c === undefined) record.notes.push("no C compiler here: nothing is compared with pthread_mutex_lock");
    record.notes.push(...taskCounts.flatMap((tasks) => comparisons(record.results, tasks)));
    return record;
  } finally {
    c?.end();
  }
}

function ownCandidates(tasks: number, options: Omit<BenchOptions, "tables">): Candidate[] {
  const given = { tasks: [String(tasks)] };
  const policies = tasks === 1 ? ["bounded"] : ["bounded", "throughput", "spin", "fifo"];
  return [
    ...policies.map((policy) => ["mutex/lock", policy] as const),
    ["ww/lock", "bounded"] as const,
  ].flatMap(([path, policy]) =>
    rowsOf([path], { ...given, policy: [policy] }).map((choice) =>
      candidateOf(choice, `refzero ${path} ${policy}`, options),
    ),
  );
}

/** refzero's locks against the best package that keeps the counter right, against C, and against a message-passing lock. */
function comparisons(results: readonly BenchResult[], tasks: number): string[] {
  const of = results.filter((result) => result.tasks === tasks);
  const named = (path: string): BenchResult | undefined =>
    of.find((result) => result.path === path && (result.params.policy ?? "bounded") === "bounded");
  const right = of.filter(
    ({ path, sum }) => packages.includes(path.replace("peer/", "")) && sum?.right === true,
  );
  const best = right.sort((a, b) => a.nsPerOp.median - b.nsPerOp.median)[0];
  const c = named("c/pthread-normal");
  const server = named("peer/async-mutex-server");
  const lines: string[] = [];
  for (const own of [named("mutex/lock"), named("ww/lock")]) {
    if (own === undefined) continue;
    const times = (other: BenchResult): string => (other.nsPerOp.median / own.nsPerOp.median).toFixed(1);
    const parts = [
      ...(best === undefined ? [] : [`${times(best)} times the throughput of ${best.label}`]),
      ...(c === undefined
        ? []
        : [`${(own.nsPerOp.median / c.nsPerOp.median).toFixed(2)} times the time of ${c.label}`]),
      ...(server === undefined ? [] : [`${times(server)} times the throughput of ${server.label}`]),
    ];
    if (parts.length > 0)
      lines.push(`${tasks} ${tasks === 1 ? "task" : "tasks"}, ${own.path}: ${parts.join(", ")}`);
  }
  return lines;
}
