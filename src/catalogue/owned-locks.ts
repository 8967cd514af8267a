import { EVENT } from "#shared/recorder/events";
import { type ChainEvent, eventsOf, locksFor, type NamedChain } from "./chain-events.ts";
import { isCounted } from "./lock-classes.ts";
import type { WorldObject } from "./world-objects.ts";

/** What a task did to one object's references and locks. */
interface Use {
  /** References: 1 if the task made the object, and what it took less what it dropped, so far. */
  balance: number;
  /** The least that the balance ever was: below zero it dropped what it was handed. */
  least: number;
  /** Least balance during each hold of a lock of the object that is over or open. */
  readonly holds: { least: number }[];
  readonly open: Map<number, { least: number }>;
  /** It dropped the last reference: what it does from there on it does alone. */
  last: boolean;
}

/**
 * Structs of which some task held a lock without owning a reference to the object for the whole hold. A count of zero
 * keeps nobody away from such a lock (condition C2), whichever task finds the count at zero. A task that drops more
 * references than it took was handed them before it began.
 */
export function heldWithoutReference(chains: Iterable<NamedChain>): ReadonlySet<string> {
  const found = new Set<string>();
  for (const chain of chains) for (const struct of unowned(chain)) found.add(struct);
  return found;
}

function unowned(chain: NamedChain): string[] {
  const locks = locksFor(chain);
  const uses = new Map<WorldObject, Use>();
  const useOf = (object: WorldObject, balance = 0): Use => {
    let use = uses.get(object);
    if (use === undefined) {
      use = { balance, least: balance, holds: [], open: new Map(), last: false };
      uses.set(object, use);
    }
    return use;
  };
  for (const event of eventsOf(chain)) {
    const object = locks.objectAt(event.at);
    if (object === undefined || !isCounted(object)) continue;
    if (event.event === EVENT.ALLOCATE) useOf(object, 1);
    else if (locks.countedAt(event.at) === object) count(useOf(object), event);
    else hold(useOf(object), event);
  }
  return [...uses].flatMap(([{ layout }, use]) => (isOwned(use) ? [] : [layout?.name ?? ""]));
}

function count(use: Use, { event, value }: ChainEvent): void {
  if (event === EVENT.GET || (event === EVENT.GET_UNLESS_ZERO && value !== 0)) use.balance++;
  else if (event === EVENT.PUT) {
    use.balance--;
    if (value === 1) use.last = true;
  } else return;
  use.least = Math.min(use.least, use.balance);
  for (const open of use.open.values()) open.least = Math.min(open.least, use.balance);
}

function hold(use: Use, { event, at }: ChainEvent): void {
  if (event === EVENT.UNLOCK) use.open.delete(at);
  if (use.last || (event !== EVENT.LOCK && event !== EVENT.TRYLOCK)) return;
  const held = { least: use.balance };
  use.holds.push(held);
  use.open.set(at, held);
}

function isOwned({ holds, least }: Use): boolean {
  const handed = Math.max(0, -least);
  return holds.every((held) => handed + held.least > 0);
}
