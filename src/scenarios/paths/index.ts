import bareAddSub from "./bare-add-sub.ts";
import bareCasStore from "./bare-cas-store.ts";
import bareFutex from "./bare-futex.ts";
import type { LockPath } from "./define.ts";
import krefPut from "./kref-put.ts";
import lruScan from "./lru-scan.ts";
import mutexLock from "./mutex-lock.ts";
import resvLock from "./resv-lock.ts";
import rwsemLock from "./rwsem-lock.ts";
import shmemFree from "./shmem-free.ts";
import shmemPin from "./shmem-pin.ts";
import spinlockLock from "./spinlock-lock.ts";
import submit from "./submit.ts";
import wwLock from "./ww-lock.ts";
import wwLockN from "./ww-lock-n.ts";

/** A path and the specifier that workers import it by. */
export interface PathEntry {
  readonly definition: LockPath;
  readonly module: string;
}

// Each path knows the types of its own parameters; the list treats them all alike.
function entry(definition: unknown, module: string): PathEntry {
  return { definition: definition as LockPath, module: `#scenarios/paths/${module}` };
}

/** Every path whose cost can be measured, in the order they are listed. */
export const lockPaths: readonly PathEntry[] = [
  entry(mutexLock, "mutex-lock"),
  entry(wwLock, "ww-lock"),
  entry(wwLockN, "ww-lock-n"),
  entry(resvLock, "resv-lock"),
  entry(rwsemLock, "rwsem-lock"),
  entry(spinlockLock, "spinlock-lock"),
  entry(krefPut, "kref-put"),
  entry(shmemFree, "shmem-free"),
  entry(shmemPin, "shmem-pin"),
  entry(lruScan, "lru-scan"),
  entry(submit, "submit"),
  entry(bareCasStore, "bare-cas-store"),
  entry(bareFutex, "bare-futex"),
  entry(bareAddSub, "bare-add-sub"),
];
