import type { TraceEvent } from "../../src/record/lock-trace.ts";

/*
 * Kernel mode once more, for traces of acquire, release and interrupts: slow, and with none of the validator's means.
 * No search and no chain cache: after every event the closure of all strong paths is computed anew from the list of
 * all dependencies ever seen, as sets of (class, class, starts shared, ends in a recursive reader).
 */

interface Held {
  readonly lock: string;
  readonly read: number;
  readonly trylock: boolean;
  readonly context: number;
  readonly off: boolean;
}
interface Task {
  held: Held[];
  hard: boolean;
  soft: boolean;
  stack: { hard: boolean; flag: boolean }[];
}
/** `a -> b`; an exclusive holder is no "shared", a taker that queues no "recursive". */
interface Edge {
  readonly a: string;
  readonly b: string;
  readonly shared: boolean;
  readonly recursive: boolean;
}
type Use = "in" | "on";
/** How a class was used: hard or soft, in an interrupt or with it on, by a reader. */
interface Usage {
  readonly class: string;
  readonly irq: "hard" | "soft";
  readonly use: Use;
  readonly reader: boolean;
}

const key = (edge: Edge): string => `${edge.a} ${edge.b} ${edge.shared} ${edge.recursive}`;

/** All strong paths of one edge or more: composed until nothing is new. */
function closure(edges: readonly Edge[]): Edge[] {
  const all = new Map(edges.map((edge) => [key(edge), edge]));
  for (let before = -1; before !== all.size; ) {
    before = all.size;
    for (const one of [...all.values()]) {
      for (const two of edges) {
        if (one.b !== two.a || (one.recursive && two.shared)) continue;
        const made = { a: one.a, b: two.b, shared: one.shared, recursive: two.recursive };
        all.set(key(made), made);
      }
    }
  }
  return [...all.values()];
}

/** The kind of the first report, and the number of its event. */
export function oracle(events: readonly TraceEvent[]): { kind: string; event: number } | undefined {
  const tasks = new Map<string, Task>();
  const edges: Edge[] = [];
  const usages: Usage[] = [];
  const seenChains = new Set<string>();
  const used = (of: string, irq: string, use: Use, readers: boolean): boolean =>
    usages.some((one) => one.class === of && one.irq === irq && one.use === use && (readers || !one.reader));

  /** A use that is new, of a lock taken so. */
  function mark(now: Usage, read: number): string | undefined {
    if (usages.some((one) => JSON.stringify(one) === JSON.stringify(now))) return undefined;
    usages.push(now);
    const other = now.use === "in" ? "on" : "in";
    if (used(now.class, now.irq, other, !now.reader)) return "inconsistent-state";
    const paths = closure(edges);
    if (now.use === "in") {
      const recursive = read === 2;
      if (used(now.class, now.irq, other, !recursive)) return "irq-inversion";
      const found = paths.some(
        (path) =>
          path.a === now.class &&
          !(recursive && path.shared) &&
          used(path.b, now.irq, other, !path.recursive),
      );
      return found ? "irq-inversion" : undefined;
    }
    const shared = read !== 0;
    if (used(now.class, now.irq, other, !shared)) return "irq-inversion";
    const found = paths.some(
      (path) =>
        path.b === now.class && !(path.recursive && shared) && used(path.a, now.irq, other, !path.shared),
    );
    return found ? "irq-inversion" : undefined;
  }

  function usesOf(task: Task, held: Held): string | undefined {
    const reader = held.read !== 0;
    const wanted: Usage[] = [];
    const inside = (irq: "hard" | "soft") => task.stack.some(({ hard }) => hard === (irq === "hard"));
    for (const irq of ["hard", "soft"] as const)
      if (!held.trylock && inside(irq)) wanted.push({ class: held.lock, irq, use: "in", reader });
    if (!held.off) {
      wanted.push({ class: held.lock, irq: "hard", use: "on", reader });
      if (task.soft) wanted.push({ class: held.lock, irq: "soft", use: "on", reader });
    }
    for (const use of wanted) {
      const found = mark(use, held.read);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  function depend(prev: Held, next: Held): string | undefined {
    const shared = prev.read !== 0;
    const recursive = next.read === 2;
    const paths = closure(edges);
    const closes = paths.some(
      (path) =>
        path.a === next.lock &&
        path.b === prev.lock &&
        !(recursive && path.shared) &&
        !(path.recursive && shared),
    );
    if (closes) return prev.lock === next.lock ? "recursive-locking" : "circular";
    const now = { a: prev.lock, b: next.lock, shared, recursive };
    const before = paths.filter((path) => path.b === prev.lock && !(path.recursive && shared));
    const after = paths.filter((path) => path.a === next.lock && !(recursive && path.shared));
    for (const irq of ["hard", "soft"]) {
      const safe =
        used(prev.lock, irq, "in", !shared) || before.some((path) => used(path.a, irq, "in", !path.shared));
      const unsafe =
        used(next.lock, irq, "on", !recursive) ||
        after.some((path) => used(path.b, irq, "on", !path.recursive));
      if (safe && unsafe) return "irq-order";
    }
    edges.push(now);
    return undefined;
  }

  function push(task: Task, held: Held): string | undefined {
    const found = usesOf(task, held);
    if (found !== undefined) return found;
    const top = task.held.at(-1);
    const from = task.held.findLastIndex(({ context }) => context !== held.context) + 1;
    const inContext = task.held.slice(from);
    const chain = [...inContext, held].map(({ lock, read }) => `${lock}/${read}`).join(" ");
    if (!held.trylock && !seenChains.has(chain)) {
      seenChains.add(chain);
      if (task.held.some((one) => one.lock === held.lock && !(held.read === 2 && one.read !== 0)))
        return "recursive-locking";
      if (top !== undefined && top.context === held.context) {
        for (const prev of inContext.reverse()) {
          const wrong = depend(prev, held);
          if (wrong !== undefined) return wrong;
          if (!prev.trylock) break;
        }
      }
    }
    task.held.push(held);
    return undefined;
  }

  function apply(event: TraceEvent): string | undefined {
    if (!("task" in event) || event.task === undefined) return undefined;
    const task = tasks.get(event.task) ?? { held: [], hard: true, soft: true, stack: [] };
    tasks.set(event.task, task);
    const context = () =>
      (task.stack.some(({ hard }) => hard) ? 2 : 0) + (task.stack.some(({ hard }) => !hard) ? 1 : 0);
    const marks = (irq: "hard" | "soft"): string | undefined => {
      for (const { lock, read } of task.held) {
        const found = mark({ class: lock, irq, use: "on", reader: read !== 0 }, read);
        if (found !== undefined) return found;
      }
      return undefined;
    };
    switch (event.op) {
      case "acquire": {
        const read = { no: 0, yes: 1, recursive: 2 }[event.read ?? "no"];
        const trylock = event.try === true;
        return push(task, { lock: event.lock, read, trylock, context: context(), off: !task.hard });
      }
      case "release": {
        const top = task.held.at(-1)?.context;
        const from = task.held.findLastIndex((one) => one.context !== top) + 1;
        const at = task.held.findLastIndex((one, i) => i >= from && one.lock === event.lock);
        if (at < 0) return "unlock-balance";
        const above = task.held.splice(at).slice(1);
        for (const one of above) {
          const found = push(task, { ...one, context: context() });
          if (found !== undefined) return found;
        }
        return undefined;
      }
      case "hardirq-disable":
        task.hard = false;
        return undefined;
      case "softirq-disable":
        task.soft = false;
        return undefined;
      case "hardirq-enable":
        if (task.hard) return undefined;
        task.hard = true;
        return marks("hard") ?? (task.soft ? marks("soft") : undefined);
      case "softirq-enable":
        if (task.soft) return undefined;
        task.soft = true;
        return task.hard ? marks("soft") : undefined;
      case "hardirq-enter":
        task.stack.push({ hard: true, flag: task.hard });
        task.hard = false;
        return undefined;
      case "softirq-enter":
        task.stack.push({ hard: false, flag: task.soft });
        task.soft = false;
        return undefined;
      case "hardirq-exit":
      case "softirq-exit": {
        const saved = task.stack.pop();
        if (saved?.hard === true) task.hard = saved.flag;
        else if (saved !== undefined) task.soft = saved.flag;
        return undefined;
      }
      default:
        return undefined;
    }
  }

  for (const [at, event] of events.entries()) {
    const kind = apply(event);
    if (kind !== undefined) return { kind, event: at + 1 };
  }
  return undefined;
}
