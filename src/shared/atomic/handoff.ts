/**
 * Where a worker leaves its arena before it loads the blocking build: `globalThis[ARENA]`, an `Int32Array`.
 * The doors read it once, into a constant, since a constant array is what the JIT compiles best: a mutable
 * binding costs a load and its checks at every access. So one thread serves one arena for all its life.
 */
export const ARENA: unique symbol = Symbol.for("refzero.arena") as never;

/** The arena left for this thread, or a small private one where none was. */
export function arenaOfThread(): Int32Array {
  const left = (globalThis as { [ARENA]?: unknown })[ARENA];
  return left instanceof Int32Array ? left : new Int32Array(new SharedArrayBuffer(1 << 16));
}
