import type { FollowOrder, TaskReport } from "./protocol.ts";

/** What a pool worker runs to follow a plan as one task. The arena is left where the door looks for it: see entry.ts. */
export default async function followTask(order: FollowOrder): Promise<TaskReport> {
  Object.assign(globalThis, { [Symbol.for("refzero.arena")]: new Int32Array(order.arena) });
  const { followOrder } = await import("./follow-task.ts");
  return await followOrder(order);
}
