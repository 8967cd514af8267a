import { CONTROL_WORDS } from "#shared/atomic/control";
import { RING_WORDS } from "#shared/recorder/events";
import { STAT_WORDS } from "#shared/stats";
import { TASK_WORDS } from "#shared/task";
import { VIOLATION } from "#shared/violation";
import { bytes } from "../catalogue/bytes.ts";
import { UsageError } from "../record/usage-error.ts";
import type { ArenaMap } from "./protocol.ts";

/** Bytes of the arena when the user names no size. */
export const DEFAULT_ARENA_BYTES: number = 64 * 1024 * 1024;
/** Most bytes an arena may have. */
export const LARGEST_ARENA_BYTES: number = 255 * 1024 * 1024;

const LINE = 16;
const align = (words: number): number => Math.ceil(words / LINE) * LINE;

/** Words between the rings of two tasks. */
export const RING_STRIDE: number = align(RING_WORDS);

/**
 * Places everything a run needs. The arena is as large as the run needs and no larger than `arenaBytes`.
 * @throws UsageError ARENA_TOO_SMALL saying what was asked and what is left
 */
export function mapArena(options: {
  tasks: number;
  worldWords: number;
  worldCount: number;
  recorder: boolean;
  arenaBytes: number;
  /** Words for lock statistics. */
  meterWords?: number;
}): ArenaMap {
  const { tasks, worldCount } = options;
  const violations = CONTROL_WORDS;
  const taskBlocks = align(violations + VIOLATION.KEPT * VIOLATION.WORDS);
  const stats = taskBlocks + tasks * TASK_WORDS;
  const rings = align(stats + tasks * STAT_WORDS);
  const spareRings = rings + (options.recorder ? tasks * RING_STRIDE : 0);
  const roots = align(spareRings + (options.recorder ? tasks * RING_STRIDE : 0));
  const meters = align(roots + worldCount);
  const worlds = align(meters + (options.meterWords ?? 0));
  const worldWords = align(options.worldWords);
  const words = worlds + worldWords * worldCount;
  if (words * 4 > options.arenaBytes) {
    const left = Math.max(0, options.arenaBytes - worlds * 4);
    throw new UsageError("ARENA_TOO_SMALL", {
      asked: `${bytes(worldWords * worldCount * 4)} (${worldCount} worlds of ${bytes(worldWords * 4)})`,
      left: bytes(left),
      size: bytes(options.arenaBytes),
      hint: "Lower --batch or raise --arena.",
    });
  }
  return {
    violations,
    tasks: taskBlocks,
    stats,
    rings,
    spareRings,
    roots,
    meters,
    worlds,
    worldWords,
    worldCount,
    words,
  };
}
