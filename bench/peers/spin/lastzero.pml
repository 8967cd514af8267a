/*
 * dpor/lastzero (src/scenarios/dpor/lastzero.ts; Abdulla and others, POPL 2014): one task looks for the last zero of an
 * array while N others each write their left neighbour's number plus one. Nothing is asserted.
 *
 * Grain: each read and each write of the array is one step.
 */
#ifndef N
#define N 7
#endif

byte array[N + 1];

active proctype searcher() {
  byte at = N;
  do
  :: array[at] != 0 -> at--
  :: array[at] == 0 -> break
  od
}

/* Process numbers follow the order of declaration: the writers are 1 to N. */
active [N] proctype writer() {
  byte left;
  left = array[_pid - 1];
  array[_pid] = left + 1
}
