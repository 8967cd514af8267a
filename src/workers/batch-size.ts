import { CONTROL_WORDS } from "#shared/atomic/control";
import { RING_STRIDE } from "./arena-map.ts";
import type { RaceOptions } from "./race-options.ts";

/** Worlds of a batch where there is room: few enough to stay in the caches, enough that a barrier costs little. */
const USUAL_BATCH = 1024;

/** Words that are not worlds, generously. */
const OVERHEAD_WORDS: number = CONTROL_WORDS + 64 * 1024;

/** Worlds a batch: what the user asked for, or what suits the arena. */
export function worldsPerBatch(options: RaceOptions, worldWords: number, tasks: number): number {
  if (options.batch !== undefined) return options.batch;
  const rings = options.recorder ? 2 * tasks * RING_STRIDE : 0;
  const room = Math.floor((options.arenaBytes / 4 - OVERHEAD_WORDS - rings) / (worldWords + 16));
  return Math.max(1, Math.min(USUAL_BATCH, room));
}
