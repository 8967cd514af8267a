import { bare } from "./origin.ts";
import type { LockMention, LogReport } from "./read/types.ts";

/** What a lock is, as far as a log tells. */
export type LockNature = "mutex" | "ww" | "rwsem" | "spinlock" | "reclaim" | "context" | "map";

const SPINNING = /^_?(?:raw_)?(?:spin|read|write)_(?:try)?lock(?:_irq(?:save)?|_bh|_nested)?|^_raw_/;
const RWSEM = /(?:mmap_lock|mmap_sem|rwsem|_sem\b|->sem|i_rwsem|umount_key|cpu_hotplug_lock|_rw_sem)/;

/** What a lock is. @kernel include/linux/lockdep_types.h: enum lockdep_wait_type; kernel/locking/lockdep.c: print_lock_name() */
export function natureOf(lock: LockMention, taker: string | null = lock.at): LockNature {
  const { class: name, waitType, usage } = lock;
  if (/^fs_reclaim|^mmu_notifier_invalidate/.test(name)) return "reclaim";
  if (/_ww_class_acquire$|_ww_acquire$/.test(name)) return "context";
  if (/_ww_class_mutex$/.test(name)) return "ww";
  if (taker !== null && SPINNING.test(bare(taker))) return "spinlock";
  // What an interrupt has taken is no lock that sleeps.
  if (usage !== null && /[-?]/.test(usage.slice(0, 4)) && !/s?rcu/.test(name)) return "spinlock";
  if (waitType !== null && waitType.inner === 2) return "spinlock";
  if (RWSEM.test(name)) return "rwsem";
  if (waitType !== null && waitType.inner === 0) return "map";
  return "mutex";
}

const READS =
  /(?:^|_)(?:down_read|percpu_down_read|cpus_read_lock|mmap_read_lock|read_lock|inode_lock_shared|srcu_read_lock|rcu_read_lock)/;

/** True where the lock is taken for reading; null where nothing tells. */
export function isRead(lock: LockMention): boolean | null {
  if (lock.readState !== null) return lock.readState;
  return lock.at !== null && READS.test(bare(lock.at)) ? true : null;
}

/** True if any lock of the report has a wait type that only PROVE_RAW_LOCK_NESTING prints. @kernel include/linux/lockdep_types.h */
export function rawNesting(report: LogReport): boolean {
  const mentions = [report.wanted, report.holding, ...report.held, ...report.chain.map(({ lock }) => lock)];
  return mentions.some(
    (lock) => lock?.waitType != null && Math.max(lock.waitType.inner, lock.waitType.outer) >= 4,
  );
}

/** A class as rules and users name it: `resv` is the reservation lock. */
export function isNamed(name: string, given: string): boolean {
  if (given === "*" || name === given) return true;
  if (given === "resv") return /^reservation_ww_class_(?:mutex|acquire)$/.test(name);
  return name.replace(/^&+/, "").replace(/[#/]\d+$/, "") === given.replace(/^&+/, "") || name.includes(given);
}
