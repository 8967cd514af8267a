// Seeded choices: the same seed gives the same run everywhere.

/** A 32-bit mix of three numbers: the seeded choices of a sweep, the same for the same seed. */
export function mix(a: number, b: number, c: number): number {
  let h =
    Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^
    Math.imul(b + 0x7f4a7c15, 0xc2b2ae35) ^
    Math.imul(c + 1, 0x27d4eb2f);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  h ^= h >>> 12;
  return h >>> 0;
}

/** The number after `random` of a xorshift sequence: the seeded choices of one task. Never 0 after a number that is not. */
export function nextRandom(random: number): number {
  let next = random ^ (random << 13);
  next ^= next >>> 17;
  return next ^ (next << 5);
}
