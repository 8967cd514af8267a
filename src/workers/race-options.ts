import type { NamedChain } from "../catalogue/chain-events.ts";
import type { ResolvedParams } from "../catalogue/params.ts";
import type { ResolvedScenario } from "../catalogue/resolve.ts";
import type { RaceGuide } from "../record/race-guide.ts";

/** What a race is asked to do. */
export interface RaceOptions {
  readonly scenario: ResolvedScenario;
  readonly params: ResolvedParams;
  readonly mode: "batch" | "soak";
  /** How long to race, from when all workers are ready. */
  readonly seconds: number;
  /** 32-bit seed. */
  readonly seed: number;
  /** Worlds a batch; undefined: as many as suit the arena. */
  readonly batch: number | undefined;
  readonly arenaBytes: number;
  readonly recorder: boolean;
  /** Off only in the benchmark of the monitor's own cost. */
  readonly monitor: boolean;
  /** Checks every access against the shadow of freed memory. */
  readonly checkMemory: boolean;
  /** The gate delays one access in this many; 0: none. */
  readonly chaos: number;
  /** Seconds to go on after the first violation, to count how often it happens. A deadlock ends the run anyway. */
  readonly afterViolation: number;
  /** Ends the run early; what was measured so far is returned. */
  readonly signal: AbortSignal | undefined;
  /** Called about four times a second. */
  readonly onProgress: ((progress: RaceProgress) => void) | undefined;
  /** Told what is known of the world of the first violation, once the run is over. */
  readonly onGuide?: (guide: RaceGuide) => void;
  /** Told what the tasks recorded, once the run is over; where it is wanted, the recorder is on. */
  readonly onChains?: ((heard: RaceChains) => void) | undefined;
  /** The command line that repeats the run, without the seed. */
  readonly command: string;
}

/** Every distinct sequence of events that a task recorded in a world, and how many more there were than are kept. */
export interface RaceChains {
  readonly chains: readonly NamedChain[];
  readonly dropped: number;
}

/** How a run stands. */
export interface RaceProgress {
  readonly seconds: number;
  readonly worlds: number;
  readonly frees: number;
  readonly contendedFrees: number;
  readonly overlap: number;
}
