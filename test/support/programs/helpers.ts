import { type Addr, add, cpuRelax, load, observe, peek, type Step, store } from "#shared/atomic/index";
import { unpark } from "#shared/sync/park";
import { TASK, TASK_STATE, taskBlock } from "#shared/task";

// What programs of both builds share. Only `until…` wait, and they wait by polling: they must not lean on what
// is under test.

/** Ends the task, and with it the run, if `condition` is false. */
export function must(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}

/** Waits until the word is at least `value`. */
export function* until(word: Addr, value: number): Step<void> {
  for (let turn = 0; (yield* load(word)) < value; turn++) yield* cpuRelax(turn);
}

/** Waits until `task` sleeps and nobody has woken it. */
export function* untilAsleep(task: number): Step<void> {
  for (let turn = 0; !isAsleep(task); turn++) yield* cpuRelax(turn);
}

function isAsleep(task: number): boolean {
  const block = taskBlock(task);
  return (
    observe(block + TASK.STATE) === TASK_STATE.PARKED &&
    observe(block + TASK.PARK) === peek(block + TASK.TICKET)
  );
}

/** Sends `task` a signal. */
export function* signal(task: number): Step<void> {
  yield* store(taskBlock(task) + TASK.SIGNAL, 1);
  yield* unpark(task);
}

/** Notes at the door of a critical section that this task is in; throws if another one is. */
export function* enter(occupied: Addr): Step<void> {
  must((yield* add(occupied, 1)) === 0, "two tasks inside");
}

/** Notes that it has left. */
export function* leave(occupied: Addr): Step<void> {
  must((yield* add(occupied, -1)) === 1, "two tasks were inside");
}

/** Appends to the list at `log`: a count, then the entries. */
export function* append(log: Addr, entry: number): Step<void> {
  const place = yield* add(log, 1);
  yield* store(log + 1 + place, entry);
}

/** The entries of such a list. */
export function entries(log: Addr): number[] {
  return Array.from({ length: peek(log) }, (_, index) => peek(log + 1 + index));
}

/** Throws unless the words from `lock` on are all 0: free, nobody queued, no flag left behind. */
export function mustRest(lock: Addr, words: number, name: string): void {
  for (let word = 0; word < words; word++) {
    must(peek(lock + word) === 0, `${name} does not rest: word ${word} is ${peek(lock + word)}`);
  }
}
