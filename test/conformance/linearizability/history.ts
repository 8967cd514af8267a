import { type Addr, add, load, type Step } from "#shared/atomic/index";
import { currentTask } from "#shared/task";
import type { Operation } from "./checker.ts";

/**
 * What the tasks of one execution called and got back. Exploration tells executions apart by the order of accesses
 * to the same word only, so call and return are accesses themselves: a return counts the word `returns` up, a call
 * reads it. All a history says comes from these numbers, and each task keeps its own row; so two executions that
 * count as the same have the same history. Two calls may swap: nothing depends on which came first.
 */
export class History {
  readonly rows: Operation[][];

  constructor(tasks: number) {
    this.rows = Array.from({ length: tasks }, () => []);
  }

  /** The running task starts anew: forgets what it did in the execution before. */
  begin(): void {
    this.rows[currentTask()] = [];
  }

  /** Runs one operation of the running task and notes it. */
  *perform<T>(returns: Addr, name: string, body: Step<T>): Step<T> {
    const task = currentTask();
    const operation: Operation = { task, name, calledAfter: yield* load(returns) };
    this.rows[task]?.push(operation);
    const result = yield* body;
    operation.returned = yield* add(returns, 1);
    operation.result = result;
    return result;
  }
}
