/*
 * dpor/shrink (src/scenarios/dpor/shrink.ts): a shrinker that only tries the list lock, a driver that takes it, and the
 * last put. Nobody may read a freed object.
 *
 * Grain: one statement of the model is one access of the program; a read of `freed` and the judgement of what it read
 * are one step. -DBUG=0: holds. -DBUG=1: the shrinker takes its reference before the lock, and reads a freed object.
 */
#ifndef BUG
#define BUG 0
#endif

bit list_lock, freed;
bit listed = 1;
byte ref = 1;

inline lock()        { atomic { list_lock == 0 -> list_lock = 1 } }
inline unlock()      { list_lock = 0 }
inline read_object() { assert(freed == 0) }
inline put()         { d_step { old = ref; ref = ref - 1 }; if :: old == 1 -> freed = 1 :: else fi }

active proctype shrinker() {
  byte old;
  bit taken, on_list;
#if BUG == 0
  d_step { taken = (list_lock == 0); list_lock = 1 };
  if :: !taken -> goto done :: else fi;
  on_list = listed;
  if :: on_list -> ref = ref + 1 :: else fi;
  unlock();
  if :: !on_list -> goto done :: else fi;
  read_object();
#else
  on_list = listed;
  if :: !on_list -> goto done :: else fi;
  ref = ref + 1;
  d_step { taken = (list_lock == 0); list_lock = 1 };
  if :: taken -> read_object(); unlock() :: else fi;
#endif
  put();
done: skip
}

active proctype driver() {
  bit on_list;
  lock();
  on_list = listed;
  if :: on_list -> read_object() :: else fi;
  unlock()
}

active proctype last_put() {
  byte old;
  lock();
  listed = 0;
  unlock();
  put()
}
