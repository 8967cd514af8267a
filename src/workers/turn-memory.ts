import { look, rouse } from "#shared/atomic/coordinator";
import { STEP } from "#shared/atomic/step-kind";
import { ENTRY, entryOf, MISFIT, SEAT, SEAT_STATE, seatOf, TURN } from "#shared/atomic/turn-map";
import type { FollowedStep, Misfit, MisfitReason, PendingStep, ThreadPlan } from "../record/thread-plan.ts";

const reasons: Readonly<Record<number, MisfitReason>> = {
  [MISFIT.OTHER_STEP]: "other-step",
  [MISFIT.IMPOSSIBLE]: "impossible",
  [MISFIT.OUTCOME]: "outcome",
  [MISFIT.ENDED]: "ended",
};

/** Where a plan has been followed to, as the coordinator sees it. */
export class TurnMemory {
  readonly #view: Int32Array;
  readonly #plan: ThreadPlan;

  constructor(view: Int32Array, plan: ThreadPlan) {
    this.#view = view;
    this.#plan = plan;
  }

  /** Memory with a plan in it that nobody has begun to follow. */
  static of(plan: ThreadPlan): TurnMemory {
    const words = entryOf(plan.tasks, plan.steps.length);
    const view = new Int32Array(new SharedArrayBuffer(words * 4));
    for (const [step, { task, kind, addr, outcome }] of plan.steps.entries()) {
      const entry = entryOf(plan.tasks, step);
      view[entry + ENTRY.TASK] = task;
      view[entry + ENTRY.KIND] = kind;
      view[entry + ENTRY.ADDR] = addr;
      view[entry + ENTRY.OUTCOME] = outcome;
    }
    return new TurnMemory(view, plan);
  }

  get buffer(): SharedArrayBuffer {
    return this.#view.buffer as SharedArrayBuffer;
  }

  /** The memory as it is now. */
  copy(): TurnMemory {
    return new TurnMemory(this.#view.slice(), this.#plan);
  }

  /** True if a task has found that the plan does not fit: the turn stays where it is. */
  hasMisfit(): boolean {
    return look(this.#view, TURN.MISFIT) !== MISFIT.NONE;
  }

  /** True once the last step's turn has ended. */
  isFollowed(): boolean {
    return look(this.#view, TURN.DONE) === this.#plan.tasks + this.#plan.steps.length;
  }

  /** True if the check comes next: all tasks have come to their end, and none by a throw of its own. */
  awaitsCheck(): boolean {
    const seats = Array.from({ length: this.#plan.tasks }, (_, task) => this.#seat(task));
    return look(this.#view, TURN.THREW) === 0 && seats.every(({ finished }) => finished);
  }

  /** Wakes all tasks, to have them look whether the run is over. */
  rouseAll(): void {
    for (let task = 0; task < this.#plan.tasks; task++) rouse(this.#view, seatOf(task) + SEAT.WAKE);
  }

  /** The step that has the turn: -1 while tasks are being started, the number of steps behind the last. */
  step(): number {
    return Math.max(-1, look(this.#view, TURN.DONE) - this.#plan.tasks);
  }

  /** Why a task stands still, if one does. */
  misfit(): Misfit | undefined {
    const why = reasons[look(this.#view, TURN.MISFIT)];
    return why === undefined ? undefined : this.misfitOf(why);
  }

  /** A misfit at the step that has the turn, of the task that has it unless another is named. */
  misfitOf(why: MisfitReason, task: number = this.#owner()): Misfit {
    const step = this.step();
    const { kind = 0, addr = 0 } = this.#plan.steps[step] ?? {};
    const { finished, ...met } = this.#seat(task);
    return {
      why,
      step,
      task,
      planned: { kind, addr },
      met: finished ? "ended" : { kind: met.kind, addr: met.addr },
    };
  }

  /** The steps taken so far. */
  log(): FollowedStep[] {
    return this.#plan.steps.slice(0, Math.max(0, this.step())).map(({ task, kind, addr }, step) => {
      const entry = entryOf(this.#plan.tasks, step);
      const at = (field: number): number => look(this.#view, entry + field);
      return { task, kind, addr, before: at(ENTRY.BEFORE), wrote: at(ENTRY.WROTE) !== 0 };
    });
  }

  /** Where each task is; `words` is the arena. */
  pending(words: Int32Array): PendingStep[] {
    return Array.from({ length: this.#plan.tasks }, (_, task) => {
      const seat = this.#seat(task);
      const awaits = seat.kind === STEP.AWAIT_READ || seat.kind === STEP.AWAIT_CAS;
      const asleep = look(this.#view, seatOf(task) + SEAT.ASLEEP) !== 0;
      const blocked = awaits ? words[seat.addr] !== seat.expected : asleep;
      return { ...seat, blocked: blocked && !seat.finished };
    });
  }

  #seat(task: number): Omit<PendingStep, "blocked"> {
    const at = (field: number): number => look(this.#view, seatOf(task) + field);
    return {
      finished: at(SEAT.STATE) !== SEAT_STATE.STEP,
      threw: at(SEAT.STATE) === SEAT_STATE.THREW,
      kind: at(SEAT.KIND),
      addr: at(SEAT.ADDR),
      value: at(SEAT.VALUE),
      expected: at(SEAT.EXPECTED),
    };
  }

  /** Whose turn it is; behind the last step that of task 0, which runs the check. */
  #owner(): number {
    const done = look(this.#view, TURN.DONE);
    return done < this.#plan.tasks ? done : (this.#plan.steps[done - this.#plan.tasks]?.task ?? 0);
  }
}
