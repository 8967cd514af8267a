/*
 * dpor/filesystem (src/scenarios/dpor/filesystem.ts; Flanagan and Godefroid, POPL 2005): N tasks that give an inode its
 * first block, with a lock an inode and a lock a block. Nothing is asserted: the question is the size of the search.
 *
 * Grain: each lock, unlock, read and write of a shared word is one step.
 */
#ifndef N
#define N 14
#endif
#define BLOCKS 26
#define INODES 32

bit inode_lock[INODES], block_lock[BLOCKS], busy[BLOCKS];
byte inode[INODES];

active [N] proctype task() {
  byte i = _pid % INODES;
  byte b;
  bit taken;
  atomic { inode_lock[i] == 0 -> inode_lock[i] = 1 };
  if
  :: inode[i] == 0 ->
    b = (2 * i) % BLOCKS;
    do
    :: atomic { block_lock[b] == 0 -> block_lock[b] = 1 };
      taken = (busy[b] == 0);
      if
      :: taken -> busy[b] = 1; inode[i] = b + 1; block_lock[b] = 0; break
      :: else -> atomic { block_lock[b] = 0; b = (b + 1) % BLOCKS }
      fi
    od
  :: else
  fi;
  inode_lock[i] = 0
}
