import { IOMutex } from "asymmetric-io-mutex";
import { installed } from "./installed.mjs";

// A word that is -1 for a writer and n for n readers. Every worker couples to one lock as its *input* and takes that for
// writing: an output mutex would set the word to 0 when it is initialised, also under the feet of a holder.

/** As it stands in tables. */
export const name = "asymmetric-io-mutex";

/** Of the package. */
export const version = installed("asymmetric-io-mutex").version;

const { INPUT } = IOMutex.MUTEX_SCOPE;
const { WRITE } = IOMutex.OPERATION_MODE;

/** The one output mutex, whose lock the workers share. */
export function init(memory) {
  if (!new IOMutex().initialize(memory)) throw new Error("asymmetric-io-mutex did not take the memory");
}

/** What `propertiesForCoupling` of the mutex in `init` says; as it comes it cannot be sent to a worker. */
function coupling(buffer) {
  return { buffer, bufferStart: 0, data: null, meta: { fields: [], length: 0, position: -1 } };
}

/** Locks asynchronously, and sleeps for 90 ms at a time within; not to be awaited on a thread that must answer. */
export function attach(memory) {
  const mutex = new IOMutex(undefined, undefined, coupling(memory));
  return {
    async lock() {
      if (!(await mutex.lock(INPUT, WRITE))) throw new Error("asymmetric-io-mutex gave up: 50 tries in vain");
    },
    unlock() {
      // It logs a wrong release and returns true all the same.
      mutex.unlock(INPUT, WRITE);
    },
  };
}
