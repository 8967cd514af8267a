import type { SectionPath } from "#scenarios/paths/define";
import { type Addr, CONTROL, RunAborted } from "#shared/atomic/index";
import { mix, nextRandom } from "#shared/random";
import { door } from "../workers/blocking.ts";
import type { Done, Link, Work } from "./member.ts";
import type { PathOrder } from "./member-order.ts";

type Enter = (root: Addr, params: PathOrder["params"]) => Addr;
type Leave = (root: Addr, counter: Addr) => void;

/** Work of a path into a critical section and out of it. The section counts; what is in it besides is a delay. */
export function sectionWork(
  path: SectionPath,
  root: Addr,
  order: PathOrder,
  link: Link,
  check: () => number,
): Work {
  const { params } = order;
  const enter = path.enter as unknown as Enter;
  const leave = path.leave as unknown as Leave;
  const delays = new Delays(order);

  // Without delays the loop is what one would write by hand.
  const bare = (calls: number): void => {
    for (let call = 0; call < calls; call++) {
      const counter = enter(root, params);
      door.poke(counter, door.peek(counter) + 1);
      leave(root, counter);
    }
  };
  const delayed = (calls: number): void => {
    for (let call = 0; call < calls; call++) {
      const counter = enter(root, params);
      door.poke(counter, door.peek(counter) + 1);
      delays.hold();
      leave(root, counter);
      delays.think();
    }
  };
  const sweep = delays.none ? bare : delayed;
  const clocked = (): number => {
    const start = performance.now();
    const counter = enter(root, params);
    const held = performance.now();
    door.poke(counter, door.peek(counter) + 1);
    delays.hold();
    leave(root, counter);
    const end = performance.now();
    link.record(0, held - start);
    link.record(1, end - held);
    delays.think();
    return end;
  };
  return { ...loops(sweep, clocked, link), quit: check };
}

/** The rounds of a loop `sweep` and of its clocked form. */
export function loops(sweep: (calls: number) => void, clocked: () => void, link: Link): Omit<Work, "quit"> {
  const exactly = (calls: number): Done => {
    const start = performance.now();
    sweep(calls);
    return { ops: calls, ms: performance.now() - start };
  };
  return {
    throughput: (chunk) => {
      let ops = 0;
      const start = performance.now();
      for (; !link.stopped(); ops += chunk) sweep(chunk);
      return { ops, ms: performance.now() - start };
    },
    latency: () => {
      let ops = 0;
      const start = performance.now();
      for (; !link.stopped(); ops++) clocked();
      return { ops, ms: performance.now() - start };
    },
    exactly,
  };
}

/** Busy waits, as locktorture has them. @kernel kernel/locking/locktorture.c: torture_mutex_delay() */
class Delays {
  readonly none: boolean;
  readonly #hold: number;
  readonly #think: number;
  readonly #long: number;
  readonly #oneIn: number;
  #random: number;

  constructor({ params, tasks, seed, task }: PathOrder) {
    const number = (name: string): number => Number(params[name] ?? 0);
    this.#hold = number("hold") / 1000;
    this.#think = number("think") / 1000;
    this.#long = number("long_hold");
    this.#oneIn = tasks * 2000 * this.#long;
    this.none = this.#hold + this.#think + this.#long === 0;
    this.#random = mix(seed, task, 0x1096) | 1;
  }

  hold(): void {
    if (this.#long > 0) {
      this.#random = nextRandom(this.#random);
      if ((this.#random >>> 0) % this.#oneIn === 0) {
        busy(this.#long);
        return;
      }
    }
    busy(this.#hold);
  }

  think(): void {
    busy(this.#think);
  }
}

function busy(ms: number): void {
  if (ms === 0) return;
  const end = performance.now() + ms;
  for (let turn = 0; performance.now() < end; turn++)
    if ((turn & 255) === 255 && door.peek(CONTROL.ABORT) !== 0) throw new RunAborted();
}
