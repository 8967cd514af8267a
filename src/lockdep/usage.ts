/*
 * Usage bits of a class: for each state (HARDIRQ, SOFTIRQ) four, as in the kernel: used in, used in by a reader,
 * enabled, enabled by a reader. @kernel kernel/locking/lockdep_internals.h: enum lock_usage_bit
 */

/** Readers' bits are one above writers'. */
export const READ_BIT = 1;
/** "Enabled" is two above "used in". */
export const ENABLED_BIT = 2;
/** First bit of a state. */
export const HARDIRQ = 0;
/** First bit of the other state. */
export const SOFTIRQ = 4;
/** Bits below this one belong to a state. */
export const STATE_BITS = 8;
/** Used at all, by a writer. */
export const USED: number = 1 << 8;
/** Used at all, by a reader. */
export const USED_READ: number = 1 << 9;

/** Used in any interrupt. @kernel lockdep_internals.h: LOCKF_USED_IN_IRQ_ALL */
export const USED_IN_ALL = 0x33;
/** Held with any interrupt on. @kernel lockdep_internals.h: LOCKF_ENABLED_IRQ_ALL */
export const ENABLED_ALL = 0xcc;
const WRITERS = 0x55;
const READERS = 0xaa;

/** Leaves out what readers did. A path that ends in a recursive reader meets them without waiting. @kernel lockdep.c: usage_match() */
export function seen(usage: number, onlyRecursive: boolean): number {
  return onlyRecursive ? usage & WRITERS : usage;
}

/**
 * What excludes any of these uses: the other direction, whoever reads.
 * @kernel kernel/locking/lockdep.c: exclusive_mask(), original_mask()
 */
export function excluding(mask: number): number {
  const turned = ((mask & ENABLED_ALL) >> ENABLED_BIT) | ((mask & USED_IN_ALL) << ENABLED_BIT);
  return turned | ((turned & READERS) >> READ_BIT) | ((turned & WRITERS) << READ_BIT);
}

/** The bit that clashes with this one, as a writer's. @kernel kernel/locking/lockdep.c: exclusive_bit() */
export function exclusiveBit(bit: number): number {
  return (bit & ~READ_BIT) ^ ENABLED_BIT;
}

/** The first pair of bits of two classes that clash. @kernel kernel/locking/lockdep.c: find_exclusive_match() */
export function clash(safe: number, unsafe: number): number {
  for (let bit = 0; bit < STATE_BITS; bit++) {
    const other = exclusiveBit(bit);
    if (safe & (1 << bit) && unsafe & (3 << other)) return bit;
  }
  return HARDIRQ;
}

/** HARDIRQ or SOFTIRQ. */
export function stateName(bit: number): string {
  return bit < SOFTIRQ ? "HARDIRQ" : "SOFTIRQ";
}

/** The four characters in braces. @kernel kernel/locking/lockdep.c: get_usage_char() */
export function usageCharacters(usage: number): string {
  return [HARDIRQ, HARDIRQ + READ_BIT, SOFTIRQ, SOFTIRQ + READ_BIT]
    .map((bit) => {
      const usedIn = (usage & (1 << bit)) !== 0;
      const enabled = (usage & (1 << (bit + ENABLED_BIT))) !== 0;
      return enabled ? (usedIn ? "?" : "+") : usedIn ? "-" : ".";
    })
    .join("");
}
