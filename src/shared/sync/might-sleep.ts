import { type Addr, peek, poke } from "../atomic/index.ts";
import { currentBlock, TASK } from "../task.ts";
import { report } from "../violation.ts";

/** This task must not sleep from here on, until `leaveAtomic`: it holds a spinlock, or is in an interrupt. Nests. @kernel include/linux/preempt.h: preempt_disable() */
export function enterAtomic(): void {
  const word = currentBlock() + TASK.ATOMIC;
  poke(word, peek(word) + 1);
}

/** Undoes one `enterAtomic`. @kernel include/linux/preempt.h: preempt_enable() */
export function leaveAtomic(): void {
  const word = currentBlock() + TASK.ATOMIC;
  poke(word, peek(word) - 1);
}

/** Reports `sleep-in-atomic` if this task must not sleep; `what` is the lock or queue it may sleep on. @kernel kernel/sched/core.c: __might_sleep() */
export function mightSleep(what: Addr): void {
  const depth = peek(currentBlock() + TASK.ATOMIC);
  if (depth > 0) report("sleep-in-atomic", what, depth);
}
