import { EVENT, onRecord } from "#shared/recorder/index";
import { ChainCollector, type TaskChains } from "../catalogue/chains.ts";
import type { TaskOrder } from "./protocol.ts";

/** Keeps every distinct sequence of events that this worker's task recorded in a world, where lockdep wants it. */
export class WorldChains {
  readonly #collector = new ChainCollector();

  constructor({ map }: TaskOrder) {
    const collector = this.#collector;
    onRecord((event, object, value) => {
      if (event === EVENT.WORLD) {
        collector.end();
        collector.begin(map.worlds + object * map.worldWords);
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
