/*
 * shmem/free-vs-shrinker (src/scenarios/shmem/free-vs-shrinker.ts) with design=lock: ioctl-close marks an object as not
 * needed and closes its handle, while a shrinker (and with -DTASKS=3 kswapd, which reclaims until all pages are free)
 * walks the list it is on. The claim: no task holds, waits for or tries the reservation lock of an object whose
 * refcount is zero; and at the end the object is freed and all pages are back.
 *
 * Grain: each operation on a lock, on the object's refcount and on the pool of pages is one step, and so is each read
 * that takes no lock. Words that the lock in hand protects (pages, use count, sg table, madvise state, list links) are
 * read and written in the step of the lock operation before: with that lock held nobody else can touch them. The
 * program steps at each of those accesses as well. The list is a word, since there is one object. Not modelled: words
 * that one task alone touches (the shrinker slot's count, stamps of the lock class), memory of the page arrays, the
 * slow paths inside the locks.
 *
 * -DPLAIN_GET is the mutant shrinker-plain-get: the walk takes its reference without asking whether it is the first.
 */
#ifndef TASKS
#define TASKS 2
#endif
#define PAGES 2
#define POOL 8
#define NOBODY 255

/* The list that the object is on; a walk puts what it has seen on a list of its own. */
#define NO_LIST 0
#define EVICTABLE 1
#define PINNED 2
#define SEEN(task) (3 + (task))

byte refcount = 1, handle_count = 1;
bit handle = 1, freed;
byte resv = NOBODY, lru_lock = NOBODY, name_lock = NOBODY, table_lock = NOBODY;
byte waiting; /* tasks that wait for resv */
byte dying = NOBODY; /* the task that frees the object */
byte list = EVICTABLE;
byte free_pages = POOL - PAGES - 1; /* one is the sg table's */
bit has_pages = 1, has_table = 1, evicted;
byte uses = 1; /* the sg table's */
short madv;
byte ended;

#define PURGEABLE (madv > 0 && has_table)
#define CAN_EVICT (madv >= 0 && uses > 0 && !evicted)

/* Where the lock of the object is touched: it is there, and is not being freed by another task. */
inline touch() { assert(!freed); assert(dying == NOBODY || dying == _pid) }

inline lock(which)   { atomic { which == NOBODY -> which = _pid } }
inline unlock(which) { d_step { assert(which == _pid); which = NOBODY } }

inline resv_lock() {
  atomic {
    touch();
    if
    :: resv == NOBODY -> resv = _pid
    :: else -> waiting++; resv == NOBODY -> waiting--; resv = _pid; touch()
    fi
  }
}
inline resv_unlock() { d_step { touch(); assert(resv == _pid); resv = NOBODY } }

/* Inside a step. */
inline give_back(count) { free_pages = free_pages + count; assert(free_pages <= POOL) }

/* Caller holds resv. */
inline update_lru() {
  atomic {
    lru_lock == NOBODY -> lru_lock = _pid;
    assert(resv == _pid && !freed);
    if
    :: PURGEABLE || CAN_EVICT -> list = EVICTABLE
    :: else -> if :: has_pages -> list = PINNED :: else -> list = NO_LIST fi
    fi
  };
  unlock(lru_lock)
}

/* Caller holds resv. */
inline free_table() {
  if
  :: has_table -> d_step { has_table = 0; give_back(1) }
  :: else
  fi
}

/* Caller holds resv. */
inline put_pages() {
  d_step { assert(uses > 0); uses-- };
  if
  :: uses == 0 ->
    if :: has_pages -> d_step { has_pages = 0; give_back(PAGES) } :: else fi;
    evicted = 0;
    update_lru()
  :: else
  fi
}

inline get() { d_step { assert(!freed); assert(refcount > 0); refcount++ } }

/* The last put frees the object in this task, under its lock (design=lock). */
inline put() {
  atomic {
    assert(!freed && refcount > 0);
    refcount--;
    last = (refcount == 0);
    if
    :: last ->
      assert(dying == NOBODY);
      assert(resv == NOBODY || resv == _pid);
      assert(waiting == 0);
      dying = _pid
    :: else
    fi
  };
  if
  :: last ->
    resv_lock();
    free_table();
    if :: uses > 0 -> put_pages() :: else fi;
    assert(uses == 0);
    resv_unlock();
    lock(lru_lock);
    list = NO_LIST;
    unlock(lru_lock);
    d_step { dying = NOBODY; freed = 1 }
  :: else
  fi
}

/* Caller holds resv. */
inline purge() {
  free_table();
  put_pages();
  d_step { madv = -1; evicted = 0 };
  update_lru()
}

inline evict() {
  d_step { has_pages = 0; give_back(PAGES) };
  evicted = 1;
  update_lru()
}

/* Walks the list and takes pages away, PAGES at most; how many is left in `got`. */
inline lru_scan() {
  got = 0;
  lock(lru_lock);
  do
  :: got < PAGES && list == EVICTABLE ->
    list = SEEN(_pid);
#ifdef PLAIN_GET
    get();
    taken = 1;
#else
    d_step { assert(!freed); taken = (refcount > 0); if :: taken -> refcount++ :: else fi };
#endif
    if
    :: taken ->
      unlock(lru_lock);
      d_step { touch(); taken = (resv == NOBODY); if :: taken -> resv = _pid :: else fi };
      if
      :: taken ->
        if
        :: PURGEABLE -> purge(); got = PAGES
        :: else -> if :: CAN_EVICT -> evict(); got = PAGES :: else fi
        fi;
        resv_unlock()
      :: else
      fi;
      put();
      lock(lru_lock)
    :: else
    fi
  :: else -> break
  od;
  if :: list == SEEN(_pid) -> list = EVICTABLE :: else fi;
  unlock(lru_lock)
}

/* What must hold once all tasks are gone. */
inline end_of_task() {
  d_step {
    ended++;
    if
    :: ended == TASKS -> assert(freed && free_pages == POOL && list == NO_LIST && handle_count == 0 && !handle)
    :: else
    fi
  }
}

active proctype ioctl_close() {
  bit last, found;
  /* lookup: the handle's own reference cannot go under the table's lock */
  lock(table_lock);
  found = handle;
  assert(found);
  get();
  unlock(table_lock);
  /* madvise: not needed */
  resv_lock();
  if :: madv >= 0 -> madv = 1 :: else fi;
  update_lru();
  resv_unlock();
  put();
  /* the handle goes, and with the last one its reference */
  lock(table_lock);
  handle = 0;
  unlock(table_lock);
  lock(name_lock);
  handle_count--;
  unlock(name_lock);
  put();
  lock(table_lock);
  unlock(table_lock);
  end_of_task()
}

active proctype shrinker() {
  bit last, taken;
  byte got;
  lru_scan();
  end_of_task()
}

#if TASKS > 2
active proctype kswapd() {
  bit last, taken;
  byte got;
  do
  :: free_pages < POOL ->
    got = 0;
    /* The count is read without the list's lock: a hint. */
    if :: list == EVICTABLE -> lru_scan() :: else fi;
    if :: got == 0 -> break :: else fi
  :: else -> break
  od;
  end_of_task()
}
#endif
