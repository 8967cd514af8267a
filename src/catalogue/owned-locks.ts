import { EVENT } from "#shared/recorder/events";
import type { Advice } from "../record/advice.ts";
import { type ChainEvent, eventsOf, locksFor, type NamedChain } from "./chain-events.ts";
import { isCounted } from "./lock-classes.ts";
import type { WorldObject } from "./world-objects.ts";

/** The lock whose holders a free waits for, whatever object it is of. */
const LIST_CLASS = "gem_lru";

/** A hold of a lock of an object, and the least balance of references during it. */
interface Hold {
  readonly at: number;
  least: number;
}

/** What a task did to one object's references and locks. */
interface Use {
  /** References: 1 if the task made the object, and what it took less what it dropped, so far. */
  balance: number;
  /** The least that the balance ever was: below zero it dropped what it was handed. */
  least: number;
  /** Holds of a lock of the object that are over or open. */
  readonly holds: Hold[];
  readonly open: Map<number, Hold>;
  /** A reference was taken or dropped at a count of zero: the count says nothing. */
  broken: boolean;
  /** It dropped the last reference: what it does from there on it does alone. */
  last: boolean;
}

/**
 * Structs of which some task held a lock without owning a reference to the object for the whole hold, or took or
 * dropped a reference at a count of zero. A count of zero keeps nobody away from such a lock (conditions C2 and C3),
 * whichever task finds the count at zero. A task that drops more references than it took was handed them before.
 */
export function heldWithoutReference(chains: Iterable<NamedChain>): ReadonlySet<string> {
  const found = new Set<string>();
  for (const chain of chains)
    for (const [{ layout }, use] of new Ledger(chain).uses)
      if (use.broken || unowned(use).length > 0) found.add(layout?.name ?? "");
  return found;
}

/** The rules that tasks broke, each once a task and lock: rules 1 and 2 of what lockdep cannot check. */
export function adviceFor(chains: Iterable<NamedChain>): Advice[] {
  const found = new Map<string, Advice>();
  const add = (advice: Advice): void => {
    found.set(`${advice.kind} ${advice.task} ${advice.lock}`, advice);
  };
  for (const chain of chains) {
    const locks = locksFor(chain);
    const { task } = chain;
    const ledger = new Ledger(chain);
    for (const use of ledger.uses.values())
      for (const { at } of unowned(use))
        add({ kind: "holder-without-reference", task, lock: locks.lockAt(at).name });
    for (const at of ledger.underLock) add({ kind: "put-under-lock", task, lock: locks.lockAt(at).name });
  }
  return [...found.values()];
}

/** Holds during which the task owned no reference, unless it was handed one. */
function unowned({ holds, least }: Use): Hold[] {
  const handed = Math.max(0, -least);
  return holds.filter((held) => handed + held.least <= 0);
}

/** Goes through what a task did, object by object. */
class Ledger {
  readonly uses = new Map<WorldObject, Use>();
  /** Locks under which the last reference of an object was dropped that the lock belongs to, or that needs it. */
  readonly underLock: number[] = [];
  readonly #locks: ReturnType<typeof locksFor>;
  /** Locks held, and the objects they are in. */
  readonly #held = new Map<number, WorldObject>();

  constructor(chain: NamedChain) {
    this.#locks = locksFor(chain);
    for (const event of eventsOf(chain)) this.#told(event);
  }

  #told(event: ChainEvent): void {
    const object = this.#locks.objectAt(event.at);
    if (object === undefined) return;
    if (event.event === EVENT.LOCK || (event.event === EVENT.TRYLOCK && event.value !== 0))
      this.#held.set(event.at, object);
    else if (event.event === EVENT.UNLOCK) this.#held.delete(event.at);
    if (!isCounted(object)) return;
    if (event.event === EVENT.ALLOCATE) this.#useOf(object, 1);
    else if (this.#locks.countedAt(event.at) === object) this.#count(object, event);
    else hold(this.#useOf(object), event);
  }

  #useOf(object: WorldObject, balance = 0): Use {
    let use = this.uses.get(object);
    if (use === undefined) {
      use = { balance, least: balance, holds: [], open: new Map(), broken: false, last: false };
      this.uses.set(object, use);
    }
    return use;
  }

  #count(object: WorldObject, event: ChainEvent): void {
    const use = this.#useOf(object);
    count(use, event);
    if (event.event !== EVENT.PUT || event.value !== 1) return;
    for (const [at, holder] of this.#held)
      if (holder === object || this.#locks.lockAt(at).class === LIST_CLASS) this.underLock.push(at);
  }
}

function count(use: Use, { event, value }: ChainEvent): void {
  if (event !== EVENT.GET && event !== EVENT.GET_UNLESS_ZERO && event !== EVENT.PUT) return;
  if (value <= 0 && event !== EVENT.GET_UNLESS_ZERO) use.broken = true;
  if (event === EVENT.GET || (event === EVENT.GET_UNLESS_ZERO && value !== 0)) use.balance++;
  else if (event === EVENT.PUT) {
    use.balance--;
    if (value === 1) use.last = true;
  }
  use.least = Math.min(use.least, use.balance);
  for (const open of use.open.values()) open.least = Math.min(open.least, use.balance);
}

function hold(use: Use, { event, at }: ChainEvent): void {
  if (event === EVENT.UNLOCK) use.open.delete(at);
  if (use.last || (event !== EVENT.LOCK && event !== EVENT.TRYLOCK)) return;
  const held = { at, least: use.balance };
  use.holds.push(held);
  use.open.set(at, held);
}
