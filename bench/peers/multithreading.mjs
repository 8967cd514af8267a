import { createRequire } from "node:module";
import { installed } from "./installed.mjs";

// A lock of two states that wakes somebody at every release. Its main entry reads `navigator`, which Node 20 has not,
// and in a worker listens to the port and defines half a browser; the module of its locks alone needs none of that.

/** As it stands in tables. */
export const name = "multithreading";

const require = createRequire(import.meta.url);
const { folder, version: found } = installed("multithreading", require.resolve("multithreading"));

/** Of the package. */
export const version = found;

/** The package makes the state of a mutex four bytes of its own and sends that; here it gets ours. */
export const bytes = 64;

/** What a worker gets from the package itself when a mutex is sent to it: one over the same state. */
export async function attach(memory) {
  const { Mutex } = await import(new URL("src/lib/sync/mod.js", folder).href);
  const mutex = new Mutex(undefined, memory);
  let guard;
  return {
    lock() {
      guard = mutex.blockingLock();
    },
    unlock() {
      // A guard that is only forgotten leaves the mutex locked.
      guard.dispose();
    },
  };
}
