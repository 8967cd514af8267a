import type { Model, ModelLock, ModelStep, ModelTask } from "#scenarios/triage/model";
import type { Edge } from "./edges.ts";
import type { Fact } from "./facts.ts";
import { isRead, type LockNature, natureOf } from "./lock-nature.ts";
import type { LockMention } from "./read/types.ts";

/** Two dependencies of locks that can be waited for, once annotations between them are left out. */
interface Order {
  readonly from: LockMention;
  readonly to: LockMention;
  /** The edges that it is made of, by place in the cycle. */
  readonly edges: readonly number[];
  readonly throughReclaim: boolean;
}

const MOST_LOCKS = 16;

/**
 * The tasks that close the cycle of a report, under facts: each takes its locks in the order of one dependency. What is
 * an annotation, and not a lock, is part of the path: who allocates under A and reclaims, and takes B there, takes A
 * then B. Undefined where too much is missing, or nothing can be waited for.
 */
export function modelOf(
  edges: readonly Edge[],
  facts: readonly Fact[],
  queuedWriter: boolean,
): Model | undefined {
  const orders = ordersOf(edges);
  if (orders.length === 0 || orders.length > MOST_LOCKS / 2) return undefined;
  const builder = new ModelBuilder(facts);
  for (const order of orders) builder.order(order, orders);
  if (queuedWriter) builder.writers();
  return builder.model();
}

const isAnnotation = (nature: LockNature): boolean => nature === "reclaim" || nature === "context";

/** The cycle without its annotations. */
function ordersOf(edges: readonly Edge[]): Order[] {
  const places = edges.map((_, place) => place);
  const first = places.find((place) => !isAnnotation(natureOf(edges[place]?.from as LockMention)));
  if (first === undefined) return [];
  const orders: Order[] = [];
  let begun: { from: LockMention; edges: number[]; throughReclaim: boolean } | undefined;
  for (let step = 0; step < edges.length; step++) {
    const place = (first + step) % edges.length;
    const edge = edges[place] as Edge;
    begun ??= { from: edge.from, edges: [], throughReclaim: false };
    begun.edges.push(place);
    const nature = natureOf(edge.to);
    if (isAnnotation(nature)) {
      begun.throughReclaim ||= nature === "reclaim";
      continue;
    }
    orders.push({ ...begun, to: edge.to });
    begun = undefined;
  }
  return orders;
}

class ModelBuilder {
  readonly #facts: readonly Fact[];
  readonly #locks: ModelLock[] = [];
  readonly #objects: number[] = [];
  readonly #tasks: ModelTask[] = [];
  readonly #gate: number | undefined;

  constructor(facts: readonly Fact[]) {
    this.#facts = facts;
    if (facts.some(({ effect }) => effect === "gate")) this.#gate = this.#newLock("the lock around", "mutex");
  }

  order(order: Order, all: readonly Order[]): void {
    const has = (effect: Fact["effect"]): Fact | undefined =>
      this.#facts.find((fact) => fact.effect === effect && order.edges.includes(fact.edge));
    // What was done before anybody else could do anything is no task.
    if (has("init-only") !== undefined) return;
    const number = this.#tasks.length + 1;
    const exclusive = has("exclusive");
    const shared = has("shared");
    const distinct = has("distinct") !== undefined;
    const own = exclusive === undefined ? undefined : exclusive.side;
    const from = this.#instance(order.from, own === "from");
    const to =
      own !== "to" && order.from.class === order.to.class && isPair(order, distinct)
        ? this.#second(order.to)
        : this.#instance(order.to, own === "to");
    const inner: ModelStep[] =
      has("trylock") === undefined
        ? [lock(to, order.to), unlock(to, order.to)]
        : [{ op: "try", lock: to, inner: [unlock(to, order.to)] }];
    const freed = exclusive ?? shared;
    const steps = this.#around(
      freed === undefined
        ? [lock(from, order.from), ...inner, unlock(from, order.from)]
        : this.#freeing(freed.side, [from, order.from], inner, order),
    );
    this.#tasks.push({ name: `path-${number}`, steps });
    // Two of one class: the same path in a second task, with the two the other way round, unless they have an order.
    if (all.length === 1 && from !== to && own === undefined && !distinct)
      this.#tasks.push({
        name: "path-reversed",
        steps: this.#around([
          lock(to, order.to),
          lock(from, order.from),
          unlock(from, order.from),
          unlock(to, order.to),
        ]),
      });
  }

  /** A path that frees an object: it gets to the free only if its put is the last, and another task may put too. */
  #freeing(
    side: "from" | "to",
    [from, mention]: readonly [number, LockMention],
    inner: readonly ModelStep[],
    order: Order,
  ): ModelStep[] {
    const object = this.#objects.length;
    this.#objects.push(1);
    const outer = (steps: readonly ModelStep[]): ModelStep[] => [
      lock(from, mention),
      ...steps,
      unlock(from, mention),
    ];
    if (side === "from") return [{ op: "put", object, free: outer(inner) }];
    if (!order.throughReclaim) return outer([{ op: "put", object, free: inner }]);
    this.#tasks.push({ name: "close", steps: [{ op: "put", object, free: inner }] });
    // The shrinker's walk: a reference if there is one to be had, and a put that may be the last.
    return outer([{ op: "get-unless-zero", object, inner: [{ op: "put", object, free: inner }] }]);
  }

  /** A writer of each lock that is only read: readers wait behind one that is queued. */
  writers(): void {
    for (const [index, { type, name }] of this.#locks.entries())
      if (type === "rwsem")
        this.#tasks.push({
          name: `writer of ${name}`,
          steps: [
            { op: "lock", lock: index, how: "write" },
            { op: "unlock", lock: index, how: "write" },
          ],
        });
  }

  model(): Model | undefined {
    if (this.#locks.length > MOST_LOCKS || this.#tasks.length === 0) return undefined;
    return { name: "triage/model", locks: this.#locks, objects: this.#objects, tasks: this.#tasks };
  }

  #around(steps: readonly ModelStep[]): ModelStep[] {
    if (this.#gate === undefined) return [...steps];
    return [
      { op: "lock", lock: this.#gate, how: "write" },
      ...steps,
      { op: "unlock", lock: this.#gate, how: "write" },
    ];
  }

  /** The instance of a class that all paths share, or one of the path's own. */
  #instance(mention: LockMention, own: boolean): number {
    const known = this.#locks.findIndex(({ name }) => name === mention.class);
    if (!own) return known >= 0 ? known : this.#newLock(mention.class, typeOf(mention));
    return this.#newLock(`${mention.class} of the object freed`, typeOf(mention));
  }

  /** Another instance of the class. */
  #second(mention: LockMention): number {
    const name = `${mention.class} of another object`;
    const known = this.#locks.findIndex((lock) => lock.name === name);
    return known >= 0 ? known : this.#newLock(name, typeOf(mention));
  }

  #newLock(name: string, type: ModelLock["type"]): number {
    return this.#locks.push({ name, type }) - 1;
  }
}

/** Two of one class: different ones if their addresses say so, or nothing else is known. */
function isPair({ from, to, throughReclaim }: Order, distinct: boolean): boolean {
  if (throughReclaim) return distinct;
  return from.address === null || to.address === null || from.address !== to.address;
}

function typeOf(mention: LockMention): ModelLock["type"] {
  const nature = natureOf(mention);
  if (nature === "spinlock") return "spinlock";
  return nature === "rwsem" ? "rwsem" : "mutex";
}

const how = (mention: LockMention): "read" | "write" =>
  typeOf(mention) === "rwsem" && isRead(mention) === true ? "read" : "write";
const lock = (index: number, mention: LockMention): ModelStep => ({
  op: "lock",
  lock: index,
  how: how(mention),
});
const unlock = (index: number, mention: LockMention): ModelStep => ({
  op: "unlock",
  lock: index,
  how: how(mention),
});
