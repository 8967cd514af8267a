import type { LockdepGraph, LockdepStats } from "../record/lockdep-record.ts";
import { type LockClass, viewOf } from "./classes.ts";
import type { Engine } from "./engine.ts";
import { kindNames } from "./graph.ts";
import { HARDIRQ, SOFTIRQ } from "./usage.ts";
import type { World } from "./world.ts";

/** The figures of /proc/lockdep_stats that a trace has. @kernel kernel/locking/lockdep_proc.c: lockdep_stats_show() */
export function statsOf(engine: Engine, world: World, searches: number): LockdepStats {
  const { all } = engine.classes;
  const using = (bits: number): number => all.filter(({ usage }) => usage & bits).length;
  return {
    classes: all.length,
    dependencies: engine.dependencies,
    chains: engine.chains,
    chainLookupHits: engine.hits,
    maxDepth: engine.maxDepth,
    hardirqSafe: using(3 << HARDIRQ),
    hardirqUnsafe: using(12 << HARDIRQ),
    softirqSafe: using(3 << SOFTIRQ),
    softirqUnsafe: using(12 << SOFTIRQ),
    searches,
    locks: world.locks.size,
    tasks: world.tasks.size,
  };
}

/** The dependency graph as data. */
export function graphOf(classes: readonly LockClass[]): LockdepGraph {
  return {
    nodes: classes.map(viewOf),
    edges: classes.flatMap((from) =>
      [...from.after.values()].map(({ to, kinds, place }) => ({
        from: from.id,
        to: to.id,
        kinds: kindNames(kinds),
        event: place.event,
      })),
    ),
  };
}
