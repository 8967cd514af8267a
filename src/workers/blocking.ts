import type { BlockingModule } from "#shared/atomic/index";
import * as steppedDoor from "#shared/atomic/index";
import * as steppedHeap from "#shared/memory/heap";

// In a worker these modules resolve to the blocking build, where the stars are gone. Types are checked on the
// stepped source only, so the difference is stated here, once.

/** The door, as a worker has it. */
export const door: BlockingModule<typeof steppedDoor> = steppedDoor as never;
/** The heap, as a worker has it. */
export const heap: BlockingModule<typeof steppedHeap> = steppedHeap as never;
