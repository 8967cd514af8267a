import {
  type Addr,
  add,
  compareExchange,
  enterPrimitive,
  leavePrimitive,
  load,
  type Step,
  store,
} from "../atomic/index.ts";
import { POISON } from "../memory/poison.ts";
import { EVENT, record } from "../recorder/index.ts";
import { report } from "../violation.ts";

// The poison of freed memory is the least count worth a second look; no honest counter gets there.
const SUSPICIOUS = 0x6b6b6b6b;

const { GET, GET_UNLESS_ZERO, PUT } = EVENT;

/** Highest count. @kernel include/linux/refcount.h: REFCOUNT_MAX */
export const REFCOUNT_MAX = 0x7fffffff;
/** Where a broken counter is parked, midway in the negative half. @kernel include/linux/refcount.h: REFCOUNT_SATURATED */
export const REFCOUNT_SATURATED: number = 0xc0000000 | 0;

/** Sets the counter. @kernel include/linux/refcount.h: refcount_set() */
export function* refcountSet(r: Addr, value: number): Step<void> {
  yield* store(r, value);
}

/** Reads the counter. @kernel include/linux/refcount.h: refcount_read() */
export function* refcountRead(r: Addr): Step<number> {
  return yield* load(r);
}

/**
 * Takes a reference that the caller already owns one of. From zero it reports `refcount-get-zero`, on overflow
 * `refcount-saturated`; both leave the counter saturated. @kernel include/linux/refcount.h: refcount_inc()
 */
export function* refcountInc(r: Addr): Step<void> {
  enterPrimitive(r, 0);
  const old = yield* add(r, 1);
  record(GET, r, old);
  if (old <= 0 || old >= SUSPICIOUS) yield* complainOfGet(r, old);
  leavePrimitive();
}

/**
 * Takes a reference unless the counter is zero; true if it did. A saturated counter stays so and gives true.
 * @kernel include/linux/refcount.h: refcount_inc_not_zero()
 */
export function* refcountIncNotZero(r: Addr): Step<boolean> {
  enterPrimitive(r, 0);
  let old = yield* load(r);
  while (old !== 0) {
    const seen = yield* compareExchange(r, old, (old + 1) | 0);
    if (seen === old) break;
    old = seen;
  }
  record(GET_UNLESS_ZERO, r, old);
  if (old === 0) {
    leavePrimitive();
    return false;
  }
  if (old < 0 || old >= SUSPICIOUS) yield* complainOfGet(r, old);
  leavePrimitive();
  return true;
}

/**
 * Drops a reference; true if it was the last. Below zero it reports `refcount-underflow` and saturates.
 * @kernel include/linux/refcount.h: refcount_dec_and_test()
 */
export function* refcountDecAndTest(r: Addr): Step<boolean> {
  enterPrimitive(r, 0);
  const old = yield* add(r, -1);
  record(PUT, r, old);
  if (old === 1) {
    leavePrimitive();
    return true;
  }
  if (old <= 0 || old >= SUSPICIOUS) yield* complainOfPut(r, old);
  leavePrimitive();
  return false;
}

/**
 * Drops a reference that must not be the last: at 1 or below it reports `refcount-leak` and saturates.
 * @kernel include/linux/refcount.h: refcount_dec()
 */
export function* refcountDec(r: Addr): Step<void> {
  enterPrimitive(r, 0);
  const old = yield* add(r, -1);
  record(PUT, r, old);
  if (old > 1 && old !== POISON) return leavePrimitive();
  report(old === POISON ? "use-after-free" : "refcount-leak", r, old);
  yield* store(r, REFCOUNT_SATURATED);
  leavePrimitive();
}

/** Drops the last reference only; true if it did. @kernel lib/refcount.c: refcount_dec_if_one() */
export function* refcountDecIfOne(r: Addr): Step<boolean> {
  const old = yield* compareExchange(r, 1, 0);
  record(PUT, r, old);
  return old === 1;
}

/**
 * Drops a reference unless it is the last; false if it is. A saturated counter stays so and gives true.
 * @kernel lib/refcount.c: refcount_dec_not_one()
 */
export function* refcountDecNotOne(r: Addr): Step<boolean> {
  enterPrimitive(r, 0);
  let old = yield* load(r);
  for (;;) {
    if (old === REFCOUNT_SATURATED) {
      leavePrimitive();
      return true;
    }
    if (old === 1) {
      leavePrimitive();
      return false;
    }
    if (old === 0 || old === POISON) {
      // As in the kernel, this one is left as it is.
      report(old === 0 ? "refcount-underflow" : "use-after-free", r, old);
      leavePrimitive();
      return true;
    }
    const seen = yield* compareExchange(r, old, old - 1);
    if (seen === old) {
      record(PUT, r, old);
      leavePrimitive();
      return true;
    }
    old = seen;
  }
}

function* complainOfGet(r: Addr, old: number): Step<void> {
  if (old > POISON && old < REFCOUNT_MAX) return;
  if (old === POISON) {
    report("use-after-free", r, old);
    return;
  }
  report(old === 0 ? "refcount-get-zero" : "refcount-saturated", r, old);
  yield* store(r, REFCOUNT_SATURATED);
}

function* complainOfPut(r: Addr, old: number): Step<void> {
  if (old > POISON) return;
  if (old === POISON) {
    report("use-after-free", r, old);
    return;
  }
  report("refcount-underflow", r, old);
  yield* store(r, REFCOUNT_SATURATED);
}
