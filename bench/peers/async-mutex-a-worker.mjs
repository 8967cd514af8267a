import { Mutex } from "async-mutex";
import { installed } from "./installed.mjs";

// What a lock of promises is worth between threads: nothing. Every worker has a mutex of its own, and each of them
// believes that it is alone.

/** As it stands in tables. */
export const name = "async-mutex, one a worker";

/** Of the package. */
export const version = installed("async-mutex").version;

/** Known to lose updates between workers. */
export const excludes = false;

/** Locks nobody else out. */
export function attach() {
  const mutex = new Mutex();
  let release;
  return {
    async lock() {
      release = await mutex.acquire();
    },
    unlock() {
      release();
    },
  };
}
