import { onRecord } from "#shared/recorder/hook";
import { currentTask } from "#shared/task";
import { type NamedChain, tellApart } from "../catalogue/chain-events.ts";
import { ChainCollector } from "../catalogue/chains.ts";
import type { Machine } from "./machine.ts";

/** Keeps every distinct sequence of events that a task recorded in a complete execution: what lockdep is told of. */
export class ExecutionChains {
  readonly #machine: Machine;
  readonly #tasks: readonly ChainCollector[];

  /** Hears from here on all that the machine's tasks record, until `stop`. */
  constructor(machine: Machine) {
    this.#machine = machine;
    this.#tasks = machine.names.map(() => new ChainCollector());
    machine.onReset = () => {
      for (const task of this.#tasks) task.begin(machine.heap);
    };
    onRecord((event, object, value) => this.#tasks[currentTask()]?.hear(event, object, value));
  }

  /** An execution is complete. What is done to its world from here on, to look at it, is not heard. */
  ended(): void {
    for (const task of this.#tasks) task.end();
    for (const task of this.#tasks) task.pack();
  }

  /** Hears no more. */
  stop(): void {
    this.#machine.onReset = undefined;
    onRecord(() => {});
  }

  /** All that was heard, task by task, and how many more chains there were than are kept. */
  all(): { chains: NamedChain[]; dropped: number } {
    const names = tellApart(this.#machine.names);
    const kept = this.#tasks.map((task) => task.chains());
    return {
      chains: kept.flatMap(({ chains }, task) =>
        chains.map((chain) => ({ ...chain, task: names[task] ?? "" })),
      ),
      dropped: kept.reduce((sum, { dropped }) => sum + dropped, 0),
    };
  }
}
