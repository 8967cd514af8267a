import b1LruLockRace from "./bug/b1-lru-lock-race.ts";
import b2MsmSpuriousReport from "./bug/b2-msm-spurious-report.ts";
import b3TicketInShrinker from "./bug/b3-ticket-in-shrinker.ts";
import b4ImportPutUnderExec from "./bug/b4-import-put-under-exec.ts";
import b5FenceReleaseVunmap from "./bug/b5-fence-release-vunmap.ts";
import b6FreeUnlinksLate from "./bug/b6-free-unlinks-late.ts";
import b7MadviseTwice from "./bug/b7-madvise-twice.ts";
import b8MmapErrantPut from "./bug/b8-mmap-errant-put.ts";
import b9PinUnderResv from "./bug/b9-pin-under-resv.ts";
import b10SgtUnlockedRead from "./bug/b10-sgt-unlocked-read.ts";
import b11PurgeBusyObject from "./bug/b11-purge-busy-object.ts";
import b12ImportErrorDoubleFree from "./bug/b12-import-error-double-free.ts";
import b13HandleCreateUaf from "./bug/b13-handle-create-uaf.ts";
import b14HandleHalfOpen from "./bug/b14-handle-half-open.ts";
import b15FramebufferHandle from "./bug/b15-framebuffer-handle.ts";
import b16CopyToUserUnderResv from "./bug/b16-copy-to-user-under-resv.ts";
import b17ShrinkerLivelock from "./bug/b17-shrinker-livelock.ts";
import b18SharedResvRefcount from "./bug/b18-shared-resv-refcount.ts";
import b19UnmapInAtomic from "./bug/b19-unmap-in-atomic.ts";
import type { Scenario } from "./define.ts";
import programAccount from "./dpor/account.ts";
import programAccountLk from "./dpor/account-lk.ts";
import programAinc from "./dpor/ainc.ts";
import programAwait from "./dpor/await.ts";
import programCasrot from "./dpor/casrot.ts";
import programFib from "./dpor/fib.ts";
import programFilesystem from "./dpor/filesystem.ts";
import programIndep from "./dpor/indep.ts";
import programIndexer from "./dpor/indexer.ts";
import programIndexerLk from "./dpor/indexer-lk.ts";
import programLastwrite from "./dpor/lastwrite.ts";
import programLastzero from "./dpor/lastzero.ts";
import programMp from "./dpor/mp.ts";
import programMutex from "./dpor/mutex.ts";
import programNwriters1reader from "./dpor/nwriters-1reader.ts";
import programNwrites1read from "./dpor/nwrites-1read.ts";
import programPairs from "./dpor/pairs.ts";
import programPhil from "./dpor/phil.ts";
import programPhilOrd from "./dpor/phil-ord.ts";
import programPhiltry from "./dpor/philtry.ts";
import programReaders from "./dpor/readers.ts";
import programSb from "./dpor/sb.ts";
import programShrink from "./dpor/shrink.ts";
import getUnlessZero from "./kref/get-unless-zero.ts";
import n1SpuriousReport from "./neighbour/n1-spurious-report.ts";
import n2ShrinkerBlocks from "./neighbour/n2-shrinker-blocks.ts";
import n3PlainGet from "./neighbour/n3-plain-get.ts";
import n4PutUnderOwnLock from "./neighbour/n4-put-under-own-lock.ts";
import n5PutUnderLruLock from "./neighbour/n5-put-under-lru-lock.ts";
import n6SharedResv from "./neighbour/n6-shared-resv.ts";
import n7ImportFreeUnderResv from "./neighbour/n7-import-free-under-resv.ts";
import n8ImportFreeInReclaim from "./neighbour/n8-import-free-in-reclaim.ts";
import n9DriverUnpinsInFree from "./neighbour/n9-driver-unpins-in-free.ts";
import n10VmapOutlives from "./neighbour/n10-vmap-outlives.ts";
import n11MaskedRace from "./neighbour/n11-masked-race.ts";
import n12DirectFree from "./neighbour/n12-direct-free.ts";
import n13FenceWaitInShrinker from "./neighbour/n13-fence-wait-in-shrinker.ts";
import n14TrylockBeforeReference from "./neighbour/n14-trylock-before-reference.ts";
import n15MmapPlainGet from "./neighbour/n15-mmap-plain-get.ts";
import n16CloseOrder from "./neighbour/n16-close-order.ts";
import n17UnlockAfterPut from "./neighbour/n17-unlock-after-put.ts";
import n18LruPointer from "./neighbour/n18-lru-pointer.ts";
import panthorVmPut from "./report/34-panthor-vm-put-before-free.ts";
import vc4Usecnt from "./report/36-vc4-usecnt-compare-state.ts";
import gemHandle from "./report/38-gem-handle-visible-before-open.ts";
import lateNotify from "./report/40-sync-rpc-late-notify.ts";
import staleWaiter from "./report/42-emscripten-stale-waitasync-waiter.ts";
import storeWithoutNotify from "./report/44-store-without-notify.ts";
import churn from "./shmem/churn.ts";
import execVsExec from "./shmem/exec-vs-exec.ts";
import freeVsReclaim from "./shmem/free-vs-reclaim.ts";
import freeVsShrinker from "./shmem/free-vs-shrinker.ts";
import submitVsShrinker from "./shmem/submit-vs-shrinker.ts";
import tortureMutex from "./torture/mutex.ts";
import tortureRefcount from "./torture/refcount.ts";
import tortureRwsem from "./torture/rwsem.ts";
import tortureSpinlock from "./torture/spinlock.ts";
import tortureWwMutex from "./torture/ww_mutex.ts";
import abba from "./ww/abba.ts";
import cycle from "./ww/cycle.ts";

/** A catalogue scenario and the specifier that workers import it by. */
export interface CatalogueEntry {
  readonly definition: Scenario;
  readonly module: string;
}

// Each scenario knows the types of its own parameters; the catalogue treats them all alike.
function entry(definition: unknown, module: string): CatalogueEntry {
  return { definition: definition as Scenario, module: `#scenarios/${module}` };
}

/** Every scenario, in the order `refzero list` shows them. */
export const catalogue: readonly CatalogueEntry[] = [
  entry(freeVsShrinker, "shmem/free-vs-shrinker"),
  entry(freeVsReclaim, "shmem/free-vs-reclaim"),
  entry(submitVsShrinker, "shmem/submit-vs-shrinker"),
  entry(execVsExec, "shmem/exec-vs-exec"),
  entry(churn, "shmem/churn"),
  entry(abba, "ww/abba"),
  entry(cycle, "ww/cycle"),
  entry(getUnlessZero, "kref/get-unless-zero"),
  entry(tortureMutex, "torture/mutex"),
  entry(tortureWwMutex, "torture/ww_mutex"),
  entry(tortureRwsem, "torture/rwsem"),
  entry(tortureSpinlock, "torture/spinlock"),
  entry(tortureRefcount, "torture/refcount"),
  entry(panthorVmPut, "report/34-panthor-vm-put-before-free"),
  entry(vc4Usecnt, "report/36-vc4-usecnt-compare-state"),
  entry(gemHandle, "report/38-gem-handle-visible-before-open"),
  entry(lateNotify, "report/40-sync-rpc-late-notify"),
  entry(staleWaiter, "report/42-emscripten-stale-waitasync-waiter"),
  entry(storeWithoutNotify, "report/44-store-without-notify"),
  entry(n1SpuriousReport, "neighbour/n1-spurious-report"),
  entry(n2ShrinkerBlocks, "neighbour/n2-shrinker-blocks"),
  entry(n3PlainGet, "neighbour/n3-plain-get"),
  entry(n4PutUnderOwnLock, "neighbour/n4-put-under-own-lock"),
  entry(n5PutUnderLruLock, "neighbour/n5-put-under-lru-lock"),
  entry(n6SharedResv, "neighbour/n6-shared-resv"),
  entry(n7ImportFreeUnderResv, "neighbour/n7-import-free-under-resv"),
  entry(n8ImportFreeInReclaim, "neighbour/n8-import-free-in-reclaim"),
  entry(n9DriverUnpinsInFree, "neighbour/n9-driver-unpins-in-free"),
  entry(n10VmapOutlives, "neighbour/n10-vmap-outlives"),
  entry(n11MaskedRace, "neighbour/n11-masked-race"),
  entry(n12DirectFree, "neighbour/n12-direct-free"),
  entry(n13FenceWaitInShrinker, "neighbour/n13-fence-wait-in-shrinker"),
  entry(n14TrylockBeforeReference, "neighbour/n14-trylock-before-reference"),
  entry(n15MmapPlainGet, "neighbour/n15-mmap-plain-get"),
  entry(n16CloseOrder, "neighbour/n16-close-order"),
  entry(n17UnlockAfterPut, "neighbour/n17-unlock-after-put"),
  entry(n18LruPointer, "neighbour/n18-lru-pointer"),
  entry(b1LruLockRace, "bug/b1-lru-lock-race"),
  entry(b2MsmSpuriousReport, "bug/b2-msm-spurious-report"),
  entry(b3TicketInShrinker, "bug/b3-ticket-in-shrinker"),
  entry(b4ImportPutUnderExec, "bug/b4-import-put-under-exec"),
  entry(b5FenceReleaseVunmap, "bug/b5-fence-release-vunmap"),
  entry(b6FreeUnlinksLate, "bug/b6-free-unlinks-late"),
  entry(b7MadviseTwice, "bug/b7-madvise-twice"),
  entry(b8MmapErrantPut, "bug/b8-mmap-errant-put"),
  entry(b9PinUnderResv, "bug/b9-pin-under-resv"),
  entry(b10SgtUnlockedRead, "bug/b10-sgt-unlocked-read"),
  entry(b11PurgeBusyObject, "bug/b11-purge-busy-object"),
  entry(b12ImportErrorDoubleFree, "bug/b12-import-error-double-free"),
  entry(b13HandleCreateUaf, "bug/b13-handle-create-uaf"),
  entry(b14HandleHalfOpen, "bug/b14-handle-half-open"),
  entry(b15FramebufferHandle, "bug/b15-framebuffer-handle"),
  entry(b16CopyToUserUnderResv, "bug/b16-copy-to-user-under-resv"),
  entry(b17ShrinkerLivelock, "bug/b17-shrinker-livelock"),
  entry(b18SharedResvRefcount, "bug/b18-shared-resv-refcount"),
  entry(b19UnmapInAtomic, "bug/b19-unmap-in-atomic"),
  entry(programAccount, "dpor/account"),
  entry(programAccountLk, "dpor/account-lk"),
  entry(programAinc, "dpor/ainc"),
  entry(programAwait, "dpor/await"),
  entry(programCasrot, "dpor/casrot"),
  entry(programFib, "dpor/fib"),
  entry(programFilesystem, "dpor/filesystem"),
  entry(programIndep, "dpor/indep"),
  entry(programIndexer, "dpor/indexer"),
  entry(programIndexerLk, "dpor/indexer-lk"),
  entry(programLastwrite, "dpor/lastwrite"),
  entry(programLastzero, "dpor/lastzero"),
  entry(programMp, "dpor/mp"),
  entry(programMutex, "dpor/mutex"),
  entry(programNwriters1reader, "dpor/nwriters-1reader"),
  entry(programNwrites1read, "dpor/nwrites-1read"),
  entry(programPairs, "dpor/pairs"),
  entry(programPhil, "dpor/phil"),
  entry(programPhilOrd, "dpor/phil-ord"),
  entry(programPhiltry, "dpor/philtry"),
  entry(programReaders, "dpor/readers"),
  entry(programSb, "dpor/sb"),
  entry(programShrink, "dpor/shrink"),
];
