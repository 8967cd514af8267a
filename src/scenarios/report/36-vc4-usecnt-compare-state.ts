import { type Addr, load, peek, read, type Step, store, write } from "#shared/atomic/index";
import { allocate } from "#shared/memory/object";
import { type Layout, struct } from "#shared/memory/struct";
import { countFor, STAT } from "#shared/stats";
import { Completion, complete, waitForCompletion } from "#shared/sync/completion";
import { MessagePort, portClose, portPost, portReceive } from "#shared/sync/message-port";
import { Mutex, mutexLock, mutexUnlock } from "#shared/sync/mutex";
import {
  refcountDecAndTest,
  refcountDecNotOne,
  refcountIncNotZero,
  refcountRead,
  refcountSet,
} from "#shared/sync/refcount";
import { report } from "#shared/violation";
import { type Scenario, scenario } from "../define.ts";
import { type Fixed, fixedParam, isFixed } from "./fixed.ts";

/** A buffer that may be purged while nobody uses it. */
const Bo: Layout<"usecnt" | "madvLock"> = struct("vc4_bo", { usecnt: "atomic", madvLock: Mutex });

/** Commits, and what each had on screen before it. */
const COMMITS = 3;
const Root: Layout<"current" | "a" | "b" | "work" | "done" | "old0" | "old1" | "old2"> = struct("vc4_plane", {
  /** Buffer on screen, or 0. */
  current: "atomic",
  a: "plain",
  b: "plain",
  /** Numbers of commits whose cleanup is left to the worker, in order. */
  work: MessagePort,
  /** The cleanup of a blocking commit. */
  done: Completion,
  old0: "plain",
  old1: "plain",
  old2: "plain",
});

const { current: CURRENT, a: A, b: B, work: WORK, done: DONE, old0: OLD } = Root.at;
const USECNT = Bo.at.usecnt;
type How = { readonly fixed: string };

/** The first user takes the count from 0, under the lock that a purge would take. */
function* incUsecnt(bo: Addr): Step<void> {
  if (yield* refcountIncNotZero(bo + USECNT)) return;
  yield* mutexLock(bo + Bo.at.madvLock);
  if (!(yield* refcountIncNotZero(bo + USECNT))) yield* refcountSet(bo + USECNT, 1);
  yield* mutexUnlock(bo + Bo.at.madvLock);
}

/** A count that is 0 already is reported as an underflow. */
function* decUsecnt(bo: Addr): Step<void> {
  if (yield* refcountDecNotOne(bo + USECNT)) return;
  yield* mutexLock(bo + Bo.at.madvLock);
  yield* refcountDecAndTest(bo + USECNT);
  yield* mutexUnlock(bo + Bo.at.madvLock);
}

/** Prepares a commit, swaps its buffer in, and leaves the cleanup to the worker. */
function* commit(root: Addr, number: number, bo: Addr, how: How): Step<void> {
  const skips = !isFixed(how) && (yield* load(root + CURRENT)) === bo;
  if (!skips) yield* incUsecnt(bo);
  yield* write(root + OLD + number, yield* load(root + CURRENT));
  yield* store(root + CURRENT, bo);
  yield* portPost(root + WORK, number);
}

function* cleanup(root: Addr, number: number, how: How): Step<void> {
  const old = yield* read(root + OLD + number);
  if (old === 0) return;
  // By now another commit's buffer may be the current one: not what the prepare of this commit saw.
  if (!isFixed(how) && (yield* load(root + CURRENT)) === old) return;
  yield* decUsecnt(old);
}

function* main(root: Addr, how: How): Step<void> {
  countFor(STAT.OPS, COMMITS);
  yield* commit(root, 0, peek(root + A), how);
  yield* waitForCompletion(root + DONE);
  yield* commit(root, 1, peek(root + A), how);
  yield* commit(root, 2, peek(root + B), how);
  yield* portClose(root + WORK);
}

function* worker(root: Addr, how: How): Step<void> {
  for (;;) {
    const number = yield* portReceive(root + WORK);
    if (number < 0) return;
    yield* cleanup(root, number, how);
    yield* onScreen(root);
    if (number === 0) yield* complete(root + DONE);
  }
}

/** Nobody but the worker drops a use, so what is on screen at one step of it cannot be purged by the next. */
function* onScreen(root: Addr): Step<void> {
  const bo = yield* load(root + CURRENT);
  const uses = yield* refcountRead(bo + USECNT);
  if (uses < 1) report("invariant", bo + USECNT, uses);
}

type Params = { readonly fixed: Fixed };

const definition: Scenario<Params> = scenario({
  name: "report/36-vc4-usecnt-compare-state",
  claim: "uses of a buffer are counted and dropped in pairs, and the buffer on screen has one",
  source: "raspberrypi/linux#5832 and #5730 (6.1), anholt/linux#129 (4.15)",
  params: { fixed: fixedParam },
  expect: "violated",
  expected: ({ fixed }) =>
    fixed === "true"
      ? { verdict: "holds", kinds: [], why: "every prepare counts and every cleanup drops" }
      : {
          verdict: "violated",
          kinds: ["refcount-underflow"],
          why: "the prepare of the second commit skipped, its cleanup runs once the third is on screen and does not",
        },
  variants: [{ fixed: "false" }, { fixed: "true" }],
  foundBy: ["explore", "race"],
  mutants: {},
  modes: ["batch"],
  meets: true,
  worldWords: () => 96,
  *setup(heap) {
    const root = yield* allocate(heap, Root);
    yield* write(root + A, yield* allocate(heap, Bo));
    yield* write(root + B, yield* allocate(heap, Bo));
    return root;
  },
  tasks: () => [
    { name: "main", run: main },
    { name: "worker", run: worker },
  ],
  *check(root) {
    const [a, b] = [
      yield* refcountRead(peek(root + A) + USECNT),
      yield* refcountRead(peek(root + B) + USECNT),
    ];
    if (a !== 0) report("refcount-leak", peek(root + A) + USECNT, a);
    if (b !== 1) report("invariant", peek(root + B) + USECNT, b);
  },
});

export default definition;
