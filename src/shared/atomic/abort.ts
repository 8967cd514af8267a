/**
 * Thrown out of a wait or a spin when the run (or its batch) is over. Not an error: it is how a task that
 * would wait for ever leaves, so that nothing hangs.
 */
export class RunAborted extends Error {
  override readonly name = "RunAborted";
}

/** Thrown by a task after a report that leaves its world unusable (a use after free, say). */
export class WorldAbandoned extends Error {
  override readonly name = "WorldAbandoned";
}
