import type { Step } from "#shared/atomic/index";
import { drive, World } from "./arena.ts";
import { faults, type Outcome, type Params, type Program } from "./program.ts";
import { randomScheduler, type Scheduler } from "./scheduler.ts";
import { type RunOptions, runSteps } from "./stepper.ts";

/** A program with its parameters, laid out once and run many times in the stepped build. */
export class Trial<P extends Params> {
  readonly world: World;
  readonly root: number;
  readonly #program: Program<P>;
  readonly #params: P;
  readonly #saved: Int32Array;

  constructor(program: Program<P>, params: P, heapWords = 2048) {
    this.#program = program;
    this.#params = params;
    this.world = new World(params.tasks, heapWords);
    this.root = drive(program.setup(this.world.heap, params));
    this.#saved = this.world.save();
  }

  /** Runs it once, from the start, and checks what is left. */
  run(scheduler: Scheduler, options: RunOptions = {}): Outcome {
    const { world, root } = this;
    world.restore(this.#saved);
    const tasks: Step<unknown>[] = [];
    for (let task = 0; task < this.#params.tasks; task++) {
      tasks.push(this.#program.task(root, task, this.#params));
    }
    const outcome = { ...runSteps(world, tasks, scheduler, options), root };
    if (outcome.end !== "finished") return outcome;
    try {
      if (this.#program.check) drive(this.#program.check(root, this.#params));
      return outcome;
    } catch (error) {
      return { ...outcome, end: "threw", report: `check: ${(error as Error).message}\n${outcome.report}` };
    }
  }
}

/** What every run of `seeds` schedules should be like: flawless, unless said otherwise. Returns the first fault. */
export function sweep<P extends Params>(
  program: Program<P>,
  params: P,
  seeds: number,
  judge: (outcome: Outcome) => string = faults,
  options: RunOptions = {},
): string {
  const trial = new Trial(program, params);
  for (let seed = 0; seed < seeds; seed++) {
    const fault = judge(trial.run(randomScheduler(seed), options));
    if (fault !== "") return `${program.name} ${JSON.stringify(params)}, seed ${seed}: ${fault}`;
  }
  return "";
}
