/** An index of a 32-bit word in the arena. 0 is never a valid object: it is the null pointer. */
export type Addr = number;

/**
 * What every stepped function returns: a generator that yields once before each access to shared memory,
 * and ends in `T`. It is only ever used as the operand of `yield*`.
 */
export type Step<T> = Generator<void, T, void>;

/** The same function in the blocking build, where the stars are gone and the call just runs. */
export type Blocking<F> = F extends (...args: infer A) => Step<infer R> ? (...args: A) => R : F;

/** A module of stepped functions as the blocking build exports it. */
export type BlockingModule<M> = { readonly [K in keyof M]: Blocking<M[K]> };
