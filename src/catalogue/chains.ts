import { EALREADY } from "#shared/errno";
import { EVENT, LOCKED } from "#shared/recorder/events";
import { WAIT_KIND } from "#shared/task";
import { packObjects } from "./world-objects.ts";

/** Numbers an event: code, object, value. */
export const EVENT_WORDS = 3;

/** What one task recorded in one world, from its entry to its end there. Plain data: it can be sent to another thread. */
export interface Chain {
  /** Events of `EVENT_WORDS` numbers; objects are words from the start of the world's heap. */
  readonly events: Int32Array;
  /** The world's objects, as `packObjects` gives them. */
  readonly objects: Int32Array;
}

/** The chains of one task, and how many more there were than are kept. */
export interface TaskChains {
  readonly chains: readonly Chain[];
  readonly dropped: number;
}

/** Chains kept a task, whatever they are; beyond that as many of a new shape. A world with a long life has no end of them. */
export const MOST_CHAINS = 2048;

/**
 * Keeps every distinct sequence of events that a task recorded in a world: in thousands of worlds there are few. What
 * lockdep does not see (waiting, failed trylocks, what reclaim freed) makes no difference. Where there are too many, as
 * when objects come and go, those of a new shape are still kept: the same but for where the objects lie that setup did
 * not make. Hears one task.
 */
export class ChainCollector {
  readonly #most: number;
  readonly #seen = new Set<number>();
  readonly #shapes = new Set<number>();
  readonly #kept: { heap: number; events: Int32Array; objects?: Int32Array }[] = [];
  #events = new Int32Array(256);
  #length = 0;
  #heap = -1;
  /** First word behind what setup made, and of what else the task touched first. */
  #fixed = Number.POSITIVE_INFINITY;
  #origin = 0;
  readonly #hash = new Hash();
  readonly #shape = new Hash();
  #waitsFor = 0;
  #waitKind = 0;
  #dropped = 0;

  constructor(most: number = MOST_CHAINS) {
    this.#most = most;
  }

  /** The task enters the world whose heap is at `heap`; setup made the objects in its first `fixed` words. */
  begin(heap: number, fixed: number = Number.POSITIVE_INFINITY): void {
    this.#heap = heap;
    this.#fixed = fixed;
    this.#origin = 0;
    this.#length = 0;
    this.#hash.reset();
    this.#shape.reset();
    this.#waitsFor = 0;
  }

  /** An event of the task, as the recorder gives it. Outside of a world it is not heard. */
  readonly hear = (event: number, object: number, value: number): void => {
    if (this.#heap < 0) return;
    const at = object - this.#heap;
    switch (event) {
      case EVENT.WOUND:
      case EVENT.WORLD:
        return;
      case EVENT.WAIT:
        // Of interest only if it never ends: what was waited for is recorded once it is taken.
        this.#waitsFor = value === WAIT_KIND.EVENT ? 0 : at;
        this.#waitKind = value;
        return;
      case EVENT.LOCK:
        this.#waitsFor = 0;
        this.#add(event, at, value & ~LOCKED.WAITED);
        return;
      case EVENT.LOCK_FAILED:
        this.#waitsFor = 0;
        // Nothing was attempted: the context has the lock. @kernel kernel/locking/mutex.c: __mutex_lock_common()
        if (value !== EALREADY) this.#add(event, at, value);
        return;
      case EVENT.TRYLOCK:
        if (value !== 0) this.#add(event, at, value & ~LOCKED.WAITED);
        return;
      case EVENT.RECLAIM_END:
        this.#add(event, at, 0);
        return;
      case EVENT.WW_INIT:
        this.#add(event, at, value - this.#heap);
        return;
      default:
        this.#add(event, at, value);
    }
  };

  /** The task has left the world, or will not go on there: keeps what it did if that is new. */
  end(): void {
    if (this.#heap < 0) return;
    if (this.#waitsFor !== 0) this.#add(EVENT.WAIT, this.#waitsFor, this.#waitKind);
    const heap = this.#heap;
    this.#heap = -1;
    const { key } = this.#hash;
    if (this.#seen.has(key)) return;
    const shape = this.#shape.key;
    if (this.#kept.length >= (this.#shapes.has(shape) ? this.#most : 2 * this.#most)) {
      this.#dropped++;
      return;
    }
    this.#seen.add(key);
    this.#shapes.add(shape);
    this.#kept.push({ heap, events: this.#events.slice(0, this.#length) });
  }

  /** Looks at the objects of the worlds of new chains, before the memory is laid out anew. Nobody may allocate there now. */
  pack(): void {
    const packed = new Map<number, Int32Array>();
    for (let index = this.#kept.length - 1; index >= 0; index--) {
      const chain = this.#kept[index];
      if (chain === undefined || chain.objects !== undefined) return;
      chain.objects = packed.get(chain.heap) ?? packObjects(chain.heap);
      packed.set(chain.heap, chain.objects);
    }
  }

  /** All that was kept and packed. */
  chains(): TaskChains {
    const chains = this.#kept.flatMap(({ events, objects }) =>
      objects === undefined ? [] : [{ events, objects }],
    );
    return { chains, dropped: this.#dropped };
  }

  #add(event: number, at: number, value: number): void {
    if (this.#length + EVENT_WORDS > this.#events.length) {
      const larger = new Int32Array(this.#events.length * 2);
      larger.set(this.#events);
      this.#events = larger;
    }
    this.#events[this.#length++] = event;
    this.#events[this.#length++] = at;
    this.#events[this.#length++] = value;
    this.#hash.mix(event);
    this.#hash.mix(at);
    this.#hash.mix(value);
    if (at >= this.#fixed && this.#origin === 0) this.#origin = at;
    this.#shape.mix(event);
    this.#shape.mix(at >= this.#fixed ? at - this.#origin : at);
    this.#shape.mix(value);
  }
}

/** 53 bits that depend on every number mixed in. */
class Hash {
  #low = 0;
  #high = 0;

  reset(): void {
    this.#low = 0x811c9dc5;
    this.#high = 0x01000193;
  }

  mix(value: number): void {
    this.#low = Math.imul(this.#low ^ value, 0x01000193) ^ (this.#low >>> 15);
    this.#high = Math.imul(this.#high ^ value, 0x85ebca6b) ^ (this.#high >>> 13);
  }

  get key(): number {
    return (this.#high >>> 11) * 0x100000000 + (this.#low >>> 0);
  }
}
