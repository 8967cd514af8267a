import { type Addr, exchangeWhen, load, type Step, store } from "#shared/atomic/index";
import type { Scenario } from "../define.ts";
import { type IntParam, int } from "../params.ts";
import { program } from "./words.ts";

type FilesystemParams = { readonly n: IntParam };

const BLOCKS = 26;
const INODES = 32;
const INODE = INODES;
const BLOCK_LOCK = 2 * INODES;
const BUSY = BLOCK_LOCK + BLOCKS;

function* allocateBlock(base: Addr, inode: number): Step<void> {
  yield* exchangeWhen(base + inode, 0, 1);
  if ((yield* load(base + INODE + inode)) === 0) {
    let block = (2 * inode) % BLOCKS;
    while (!(yield* takeBlock(base, inode, block))) block = (block + 1) % BLOCKS;
  }
  yield* store(base + inode, 0);
}

function* takeBlock(base: Addr, inode: number, block: number): Step<boolean> {
  yield* exchangeWhen(base + BLOCK_LOCK + block, 0, 1);
  const free = (yield* load(base + BUSY + block)) === 0;
  if (free) {
    yield* store(base + BUSY + block, 1);
    yield* store(base + INODE + inode, block + 1);
  }
  yield* store(base + BLOCK_LOCK + block, 0);
  return free;
}

const definition: Scenario<FilesystemParams> = program({
  name: "filesystem",
  about: "tasks that give an inode its first block, with a lock an inode and a lock a block",
  params: {
    n: int(1, 32, 14, "tasks"),
  },
  words: () => 2 * (INODES + BLOCKS),
  tasks: ({ n }) => n,
  *body(base, _params, task) {
    yield* allocateBlock(base, task % INODES);
  },
});

export default definition;
