import { MOST_PREPARED, type WholePath } from "#scenarios/paths/define";
import type { Addr } from "#shared/atomic/index";
import type { Done, Link, Work } from "./member.ts";
import type { PathOrder } from "./member-order.ts";
import { loops } from "./section-work.ts";

type Op = (root: Addr, params: PathOrder["params"]) => void;
type Prepare = (root: Addr, params: PathOrder["params"], count: number) => number;

/** Work of a path that is measured as a whole. */
export function wholeWork(
  path: WholePath,
  root: Addr,
  order: PathOrder,
  link: Link,
  check: () => number,
): Work {
  const { params } = order;
  const op = path.op as unknown as Op;
  const prepare = path.prepare as unknown as Prepare | undefined;
  const sweep = (calls: number): void => {
    for (let call = 0; call < calls; call++) op(root, params);
  };
  const clocked = (): void => {
    const start = performance.now();
    op(root, params);
    link.record(0, performance.now() - start);
  };
  if (prepare === undefined) return { ...loops(sweep, clocked, link), quit: check };
  return { ...preparedLoops(sweep, clocked, (count) => prepare(root, params, count), link), quit: check };
}

/** Prepares, then does what was prepared: only that is timed. */
function preparedLoops(
  sweep: (calls: number) => void,
  clocked: () => void,
  prepare: (count: number) => number,
  link: Link,
): Omit<Work, "quit"> {
  const until = (enough: (ops: number) => boolean, run: (calls: number) => void): Done => {
    let ops = 0;
    let ms = 0;
    while (!enough(ops)) {
      const ready = prepare(MOST_PREPARED);
      const start = performance.now();
      run(ready);
      ms += performance.now() - start;
      ops += ready;
    }
    return { ops, ms };
  };
  const oneByOne = (calls: number): void => {
    for (let call = 0; call < calls; call++) clocked();
  };
  return {
    throughput: () => until(() => link.stopped(), sweep),
    latency: () => until(() => link.stopped(), oneByOne),
    exactly: (calls) => until((ops) => ops >= calls, sweep),
  };
}
