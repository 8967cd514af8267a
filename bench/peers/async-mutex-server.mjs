import { Mutex } from "async-mutex";
import { installed } from "./installed.mjs";

// The same package made to exclude between workers: one mutex in the main thread, which grants it by message. Each
// lock is a round trip; a release is one message that nobody waits for.

/** As it stands in tables. */
export const name = "async-mutex as a server";

/** Of the package. */
export const version = installed("async-mutex").version;

const ACQUIRE = 1;
const RELEASE = 2;
const GRANTED = 3;

const mutex = new Mutex();

/** On the main thread, once for each worker: answers what comes from its port. */
export function serve(port) {
  let release;
  let closed = false;
  const acquire = async () => {
    const granted = await mutex.acquire();
    // It may be the turn of a worker that has gone.
    if (closed) return granted();
    release = granted;
    port.postMessage(GRANTED);
  };
  const give = () => {
    const held = release;
    release = undefined;
    held?.();
  };
  port.on("message", (wish) => {
    if (wish === ACQUIRE) void acquire();
    else give();
  });
  port.on("close", () => {
    closed = true;
    give();
  });
}

/** In a worker, with its end of the port that is served. */
export function attach(_memory, _worker, _workers, port) {
  let granted;
  port.on("message", () => granted());
  // The port keeps the worker alive only while an answer is due.
  port.unref();
  return {
    async lock() {
      port.ref();
      await new Promise((resolve) => {
        granted = resolve;
        port.postMessage(ACQUIRE);
      });
      port.unref();
    },
    unlock() {
      port.postMessage(RELEASE);
    },
  };
}
