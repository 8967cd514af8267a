import { type Addr, peek, poke, type Step, spinLimit } from "#shared/atomic/index";
import { allocateWords } from "#shared/memory/object";
import { STAT, tick } from "#shared/stats";
import {
  giveTime,
  isAhead,
  isWanted,
  LEAD,
  PATIENT_TURNS,
  serve,
  TURNS_A_LOOK,
} from "#shared/sync/fair-share";
import { type LockPolicy, setLockPolicy } from "#shared/sync/lock-policy";
import { TASK, taskBlock } from "#shared/task";
import type { Program } from "../program.ts";
import { must } from "./helpers.ts";

type Params = { tasks: number; cores: number; policy: LockPolicy };

/** Who is behind is played: task 0 is asked, and the others' words are as it says. */
const fairShare: Program<Params> = {
  name: "fair-share",

  *setup(heap) {
    return yield* allocateWords(heap, 1, 2);
  },

  *task(root, task, { tasks, cores, policy }) {
    if (task !== 0) return 0;
    setLockPolicy(policy, cores);
    try {
      const shares = policy === "bounded" && tasks > cores && spinLimit() > 0;
      return yield* asked(root, root + 1, shares);
    } finally {
      setLockPolicy("bounded");
    }
  },
};
export default fairShare;

function* asked(lock: Addr, other: Addr, shares: boolean): Step<number> {
  const [me, second, third] = [taskBlock(0), taskBlock(1), taskBlock(2)];
  for (const block of [me, second, third]) poke(block + TASK.CONTENDS, 0);
  must(!isWanted(lock), "nobody wants the lock");

  // Two are there already: who joins them starts where the one behind is.
  poke(second + TASK.SERVED, 5000);
  poke(third + TASK.SERVED, 7000);
  poke(second + TASK.CONTENDS, lock);
  poke(third + TASK.CONTENDS, lock);
  must(isWanted(lock) === shares && !isWanted(other), "the lock is wanted, and only that");
  poke(me + TASK.SERVED, 1_000_000);
  must(!looks(lock), "who joins is not ahead");
  must(peek(me + TASK.SERVED) === (shares ? 5000 : 1_000_000), "who joins starts where the last one is");

  poke(me + TASK.SERVED, 5000 + LEAD);
  must(!looks(lock), "a lead of LEAD is allowed");
  serve(1);
  must(looks(lock) === shares, "one section more is not");
  must(isAhead(lock) === shares, "and stays so until time was given");
  if (!shares) return 0;

  const sleeps = tick(STAT.SLEEPS);
  giveTime();
  must(tick(STAT.SLEEPS) === sleeps + 2, "giving time is a sleep");
  must(!looks(lock), "who has had nothing meanwhile is not waited for");
  poke(second + TASK.SERVED, 5001);
  serve(1);
  must(looks(lock), "who has had something is");
  giveTime();
  poke(second + TASK.WAITS_FOR, lock);
  must(looks(lock), "so is who is in the queue");
  giveTime();
  poke(second + TASK.WAITS_FOR, 0);

  for (let turn = 0; turn < PATIENT_TURNS; turn++) isWanted(lock);
  must(!isWanted(lock), "who has had nothing for so long is not off its core");
  poke(second + TASK.SERVED, 5002);
  must(isWanted(lock), "who has had something wants more");

  // The count goes round.
  poke(second + TASK.SERVED, 0x7fff_ffff);
  poke(third + TASK.SERVED, 0x7fff_ffff);
  poke(me + TASK.SERVED, 0x7fff_ffff);
  serve(LEAD + 1);
  must(looks(lock), "a lead is one past the largest count too");
  giveTime();
  return 1;
}

/** Asks as often as it takes for one look. */
function looks(lock: Addr): boolean {
  let ahead = false;
  for (let turn = 0; turn <= TURNS_A_LOOK && !ahead; turn++) ahead = isAhead(lock);
  return ahead;
}
