/*
 * dpor/phil and dpor/phil_ord (src/scenarios/dpor/phil.ts, phil-ord.ts): N dining philosophers.
 *
 * Grain: taking a fork and putting one back are one step each. Without -DORDERED each takes the left fork first, and
 * one state is a deadlock (an invalid end state); with it the lower fork first, and there is none.
 */
#ifndef N
#define N 4
#endif

bit fork[N];

active [N] proctype philosopher() {
  byte first = _pid;
  byte second = (_pid + 1) % N;
#ifdef ORDERED
  d_step { if :: first > second -> first = second; second = _pid :: else fi };
#endif
  atomic { fork[first] == 0 -> fork[first] = 1 };
  atomic { fork[second] == 0 -> fork[second] = 1 };
  fork[second] = 0;
  fork[first] = 0
}
