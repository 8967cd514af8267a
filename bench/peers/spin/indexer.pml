/*
 * dpor/indexer (src/scenarios/dpor/indexer.ts; Flanagan and Godefroid, POPL 2005): N tasks that insert four numbers each
 * into a hash table of 128 by compare-and-exchange. Nothing is asserted.
 *
 * Grain: each compare-and-exchange is one step.
 */
#ifndef N
#define N 11
#endif
#define SIZE 128

byte table[SIZE];

active [N] proctype task() {
  byte m = 1;
  byte value = 11 + _pid;
  byte slot = (7 * (11 + _pid)) % SIZE;
  do
  :: atomic { table[slot] == 0 -> table[slot] = value };
    if
    :: m == 4 -> break
    :: else -> d_step { m++; value = 11 * m + _pid; slot = (7 * value) % SIZE }
    fi
  :: table[slot] != 0 -> slot = (slot + 1) % SIZE
  od
}
