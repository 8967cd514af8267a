/**
 * Chains of held locks that were checked, as a tree: one node a chain, so that two never share a hash as they may in
 * the kernel. @kernel kernel/locking/lockdep.c: lookup_chain_cache_add()
 */
export interface Chain {
  checked: boolean;
  readonly longer: Map<number, Chain>;
}

/** A chain without locks. */
export function emptyChain(): Chain {
  return { checked: false, longer: new Map() };
}

/** `chain` with one more lock on top. @kernel kernel/locking/lockdep.c: iterate_chain_key(), hlock_id() */
export function extended(chain: Chain, classId: number, read: number): Chain {
  const id = classId * 4 + read;
  let next = chain.longer.get(id);
  if (next === undefined) {
    next = emptyChain();
    chain.longer.set(id, next);
  }
  return next;
}
