import { afterAll, expect, test } from "vitest";
import { faults, type Outcome, type Params, type Program } from "./program.ts";
import { type ThreadOptions, ThreadTeam } from "./threads.ts";
import { sweep } from "./trials.ts";

let team: ThreadTeam | undefined;

/** The real threads of this test file, made at the first call. */
export function threads(): ThreadTeam {
  team ??= new ThreadTeam();
  return team;
}

afterAll(async () => {
  await team?.close();
});

/** How a program is tried. */
export interface Trying<P extends Params> {
  /** Random schedules of the stepped build. */
  readonly seeds?: number;
  /** Parameters that are other on real threads, which do in a second what the stepped build does in an hour. */
  readonly threads?: Partial<P>;
  /** Runs on real threads: one with each number of turns that a contended lock spins first. */
  readonly spinLimits?: readonly number[];
  readonly options?: ThreadOptions;
  /** What is wrong with an outcome, or nothing. */
  readonly judge?: (outcome: Outcome) => string;
}

/**
 * One statement, tried on both builds: in the stepped build under many schedules, in the blocking build on real
 * threads. Both run the same program.
 */
export function onBothBuilds<P extends Params>(
  statement: string,
  program: Program<P>,
  params: NoInfer<P>,
  { seeds = 100, threads: other, spinLimits = [0, 100], options, judge = faults }: Trying<NoInfer<P>> = {},
): void {
  test(`${statement} (stepped)`, () => {
    expect(sweep(program, params, seeds, judge)).toBe("");
  });
  test(`${statement} (threads)`, async () => {
    for (const spinLimit of spinLimits) {
      const outcome = await threads().run(program, { ...params, ...other }, { spinLimit, ...options });
      expect(judge(outcome)).toBe("");
    }
  });
}
