import type { TaskOrder, TaskReport } from "./protocol.ts";

/**
 * What a pool worker runs: one task of one run, from start to end. The arena is left where the doors look for
 * it before any module that touches memory is loaded; see `shared/atomic/handoff.ts`.
 */
export default async function runTask(order: TaskOrder): Promise<TaskReport> {
  Object.assign(globalThis, { [Symbol.for("refzero.arena")]: new Int32Array(order.arena) });
  const { runOrder } = await import("./task-loop.ts");
  return await runOrder(order);
}
