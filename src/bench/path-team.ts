import { availableParallelism } from "node:os";
import type { LockPath } from "#scenarios/paths/define";
import { CONTROL } from "#shared/atomic/control";
import { look, stopRun } from "#shared/atomic/coordinator";
import { bind } from "#shared/atomic/index";
import { meterWords } from "#shared/recorder/meters";
import { STAT, STAT_WORDS } from "#shared/stats";
import { type LockPolicy, lockPolicies } from "#shared/sync/lock-policy";
import type { BenchLockStat } from "../record/bench-record.ts";
import { mapArena } from "../workers/arena-map.ts";
import { TaskPool } from "../workers/pool.ts";
import type { ArenaMap } from "../workers/protocol.ts";
import { lockStatOf } from "./lock-stat.ts";
import type { PathOrder } from "./member-order.ts";
import { Team, teamMemory } from "./team.ts";

const ARENA_BYTES = 255 * 1024 * 1024;

/** A path with its parameters. */
export interface PathChoice {
  readonly path: LockPath;
  readonly module: string;
  readonly params: Readonly<Record<string, string | number>>;
}

/** What a team is built with. */
export interface TeamOptions {
  readonly seed: number;
  readonly recorder: boolean;
  readonly lockStat: boolean;
}

/** The slow paths' counters of the measured tasks, summed. */
export type Counters = { readonly [K in keyof typeof STAT]: number };

/** A team that measures one of refzero's own paths. */
export class PathTeam {
  readonly team: Team;
  readonly choice: PathChoice;
  readonly #pool: TaskPool<PathOrder, void>;
  readonly #view: Int32Array;
  readonly #map: ArenaMap;

  private constructor(choice: PathChoice, options: TeamOptions) {
    this.choice = choice;
    const { path, params, module } = choice;
    const tasks = path.tasks(params as never);
    const members = tasks + (path.beside?.(params as never).length ?? 0);
    this.#map = mapArena({
      tasks: members,
      worldWords: path.worldWords(params as never),
      worldCount: 1,
      recorder: options.recorder,
      arenaBytes: ARENA_BYTES,
      meterWords: options.lockStat ? meterWords(members) : 0,
    });
    const arena = new SharedArrayBuffer(this.#map.words * 4);
    this.#view = new Int32Array(arena);
    const memory = teamMemory(members);
    const doors = {
      gated: false,
      recorder: options.recorder,
      monitor: true,
      metered: options.lockStat,
    };
    this.#pool = new TaskPool(members, doors, "../bench/entry.js");
    const running = Array.from({ length: members }, (_, task) =>
      this.#pool.run({
        ...memory,
        arena,
        map: this.#map,
        members,
        module,
        params,
        policy: policyOf(params),
        lockStat: options.lockStat,
        task,
        tasks,
        spin: members <= availableParallelism(),
        seed: options.seed,
      }),
    );
    this.team = new Team(memory, running, tasks);
  }

  /** Starts the workers; resolves when they are ready. @throws what the path's setup threw */
  static async start(choice: PathChoice, options: TeamOptions): Promise<PathTeam> {
    const started = new PathTeam(choice, options);
    try {
      // The world that was laid out counts as one more.
      await started.team.ready(1);
    } catch (error) {
      await started.end();
      throw error;
    }
    return started;
  }

  /** Violations that the paths have reported so far. */
  violations(): number {
    return look(this.#view, CONTROL.VIOLATIONS);
  }

  /** What the slow paths of the measured tasks have counted so far. */
  counters(): Counters {
    const sum = (stat: number): number => {
      let total = 0;
      for (let task = 0; task < this.team.tasks; task++)
        total += look(this.#view, this.#map.stats + task * STAT_WORDS + stat) >>> 0;
      return total;
    };
    return Object.fromEntries(Object.entries(STAT).map(([name, stat]) => [name, sum(stat)])) as never;
  }

  /** What each lock did, as lock_stat has it, locks of one class together. */
  lockStat(): BenchLockStat[] {
    return lockStatOf(this.#view, this.#map, this.team.members, this.choice.path.lockClass ?? "lock");
  }

  /** What the path's locks have counted so far, or NaN where they count nothing. Between rounds. */
  counted(): number {
    const { path, params } = this.choice;
    if (path.sum === undefined) return Number.NaN;
    // The coordinator's own door: what is read between rounds is no step of anybody's.
    bind(this.#view, { spinLimit: 0, seed: 1 });
    const steps = path.sum(look(this.#view, this.#map.roots), params as never);
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value / (path.perOp?.(params as never) ?? 1);
    }
  }

  /** Ends waits and workers, wherever they are. */
  async end(): Promise<void> {
    stopRun(this.#view, true);
    await this.#pool.destroy();
  }
}

function policyOf(params: PathChoice["params"]): LockPolicy {
  return lockPolicies.find((policy) => policy === params.policy) ?? "bounded";
}
