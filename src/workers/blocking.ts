import type { BlockingModule } from "#shared/atomic/index";
import * as steppedDoor from "#shared/atomic/index";
import * as steppedHeap from "#shared/memory/heap";

// In a worker these modules resolve to the blocking build, where the stars are gone. Types are checked on the
// stepped source only, so the difference is stated here, once.

/** The door, as a worker has it. */
export const door = steppedDoor as unknown as BlockingModule<typeof steppedDoor>;
/** The heap, as a worker has it. */
export const heap = steppedHeap as unknown as BlockingModule<typeof steppedHeap>;
