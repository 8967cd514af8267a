import type { PathOrder } from "./member-order.ts";

/**
 * What a worker runs as a member of a team that measures a path. The arena is left where the doors look for it before
 * any module that touches memory is loaded; see `shared/atomic/handoff.ts`.
 */
export default async function runMember(order: PathOrder): Promise<void> {
  Object.assign(globalThis, { [Symbol.for("refzero.arena")]: new Int32Array(order.arena) });
  const { measurePath } = await import("./path-member.ts");
  await measurePath(order);
}
