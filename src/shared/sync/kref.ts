import type { Addr, Step } from "../atomic/index.ts";
import { refcountDecAndTest, refcountInc, refcountIncNotZero, refcountSet } from "./refcount.ts";

/** Starts an object's life with one reference. @kernel include/linux/kref.h: kref_init() */
export function* krefInit(kref: Addr): Step<void> {
  yield* refcountSet(kref, 1);
}

/** Takes a reference; the caller owns one already. @kernel include/linux/kref.h: kref_get() */
export function* krefGet(kref: Addr): Step<void> {
  yield* refcountInc(kref);
}

/** For lookups through weak pointers: false if the object is being freed. @kernel include/linux/kref.h: kref_get_unless_zero() */
export function* krefGetUnlessZero(kref: Addr): Step<boolean> {
  return yield* refcountIncNotZero(kref);
}

/** Drops a reference; true if it was the last, and then the caller runs the release. @kernel include/linux/kref.h: kref_put() */
export function* krefPut(kref: Addr): Step<boolean> {
  return yield* refcountDecAndTest(kref);
}
