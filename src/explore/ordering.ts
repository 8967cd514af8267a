import { STEP } from "#shared/atomic/step-kind";

// Which steps order others, by kind. An atomic access of JavaScript is sequentially consistent: a load
// synchronizes with the store that it reads from (ECMA-262, memory model). READ_ONCE and WRITE_ONCE are marked as
// racing and order nothing; a whole lock or refcount operation (NONE) acquires and releases its own lock.

function table(...kinds: number[]): Uint8Array {
  const flags = new Uint8Array(32);
  for (const kind of kinds) flags[kind] = 1;
  return flags;
}

const { NONE, READ, WRITE, RMW, CAS, WAIT, ASLEEP, NOTIFY, AWAIT_READ, AWAIT_CAS } = STEP;

/** 1 for kinds that see what came before the write they read. */
export const acquires: Uint8Array = table(NONE, READ, RMW, CAS, WAIT, ASLEEP, NOTIFY, AWAIT_READ, AWAIT_CAS);

/** 1 for kinds whose write shows what came before it. */
export const releases: Uint8Array = table(NONE, WRITE, RMW, CAS, NOTIFY, AWAIT_CAS);

/** 1 for kinds that change the word, so that a later load reads from them. */
export const stores: Uint8Array = table(
  NONE,
  WRITE,
  RMW,
  CAS,
  NOTIFY,
  AWAIT_CAS,
  STEP.WRITE_ONCE,
  STEP.PLAIN_WRITE,
);

/** 1 for accesses that must be ordered with conflicting ones. */
export const isPlain: Uint8Array = table(STEP.PLAIN_READ, STEP.PLAIN_WRITE);

/** 1 for steps that name a word and access nothing: a turn of a spin loop goes on when it changes, sleep ends. */
export const isNoAccess: Uint8Array = table(STEP.RELAX, ASLEEP, NOTIFY);
