import { peek } from "#shared/atomic/index";
import { Heap } from "#shared/memory/heap";
import { EVENT, onRecord } from "#shared/recorder/index";
import { ChainCollector, type TaskChains } from "../catalogue/chains.ts";
import type { TaskOrder } from "./protocol.ts";

/** Keeps every distinct sequence of events that this worker's task recorded in a world, where lockdep wants it. */
export class WorldChains {
  readonly #collector = new ChainCollector();

  constructor({ map }: TaskOrder) {
    const collector = this.#collector;
    // Worlds are laid out alike; in the first that is entered little has been made since.
    let fixed = 0;
    onRecord((event, object, value) => {
      if (event === EVENT.WORLD) {
        collector.end();
        const heap = map.worlds + object * map.worldWords;
        if (fixed === 0) fixed = peek(heap + Heap.at.next) - heap;
        collector.begin(heap, fixed);
      } else collector.hear(event, object, value);
    });
  }

  /** All tasks have left the batch's worlds, and nobody has laid out new ones. */
  leftBatch(): void {
    this.#collector.end();
    this.#collector.pack();
  }

  /** All that was kept. */
  all(): TaskChains {
    return this.#collector.chains();
  }
}
