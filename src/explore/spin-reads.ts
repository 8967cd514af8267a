import { spin } from "#shared/atomic/pending";

/** A word that a spin loop has read, and the value it saw: the loop goes on once it is another. */
export interface SpinRead {
  readonly addr: number;
  readonly value: number;
}

/** What the task's spin loop has read, each word once, the latest value. */
export function spinReadsOf(task: number): SpinRead[] {
  const known = Math.min(spin.count[task]!, spin.reads);
  const latest = new Map<number, number>();
  for (let back = known; back > 0; back--) {
    const slot = task * spin.reads + ((spin.count[task]! - back) % spin.reads);
    latest.set(spin.addr[slot]!, spin.value[slot]!);
  }
  return [...latest].map(([addr, value]) => ({ addr, value }));
}
