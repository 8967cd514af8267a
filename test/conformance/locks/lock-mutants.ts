import { EDEADLK } from "#shared/errno";
import { faults, type Outcome, type Params, type Program } from "../../support/program.ts";
import buffer from "../../support/programs/buffer.ts";
import bypass from "../../support/programs/bypass.ts";
import completions from "../../support/programs/completions.ts";
import exclusion, { type Way } from "../../support/programs/exclusion.ts";
import lookup from "../../support/programs/lookup.ts";
import rwsemOrder, { type Play } from "../../support/programs/rwsem-order.ts";
import rwsemPair from "../../support/programs/rwsem-pair.ts";
import waits from "../../support/programs/waits.ts";
import wwAge from "../../support/programs/ww-age.ts";
import wwStress from "../../support/programs/ww-stress.ts";
import type { Algorithm } from "../../support/programs/ww-world.ts";
import wwWound, { type Wound } from "../../support/programs/ww-wound.ts";
import { randomScheduler } from "../../support/scheduler.ts";
import type { Edit, Variant } from "../../support/variant.ts";

/** A check of the suite: what it finds wrong in a build of the locks, or nothing. */
export type Check = (variant: Variant) => string;

/** A fault put into the locks, and the check that has to notice it. */
export interface Mutant {
  readonly name: string;
  readonly edits: readonly Edit[];
  readonly check: Check;
}

/** A compare-and-exchange in two steps. `looks` is the first of them: a step where it is one, a plain look where not. */
export function twoSteps(looks: string): string {
  return `function* twoSteps(word, old, value) {
    const seen = ${looks};
    if (seen === old) yield* store(word, value);
    return seen;
  }`;
}

function swept<P extends Params>(
  program: Program<P>,
  params: NoInfer<P>,
  seeds: number,
  judge: (outcome: Outcome) => string = faults,
): Check {
  return (variant) => variant.trials.sweep(variant.program(program), params, seeds, judge);
}

const excluding = (way: Way, seeds = 200): Check =>
  swept(exclusion, { tasks: 3, rounds: 3, way, algorithm: "wound-wait" }, seeds);
const ordered = (play: Play, tasks: number): Check => swept(rwsemOrder, { tasks, play }, 100);
const wounding = (wound: Wound): Check => swept(wwWound, { tasks: 3, wound }, 300);

/** The invariants of queues and wounds, looked at after every step. */
function inspected(algorithm: Algorithm): Check {
  return ({ program, trials, inspector }) => {
    const params = {
      tasks: 4,
      rounds: 3,
      algorithm,
      shape: "mixed",
      locks: 3,
      held: 2,
      seed: 3,
      mutant: 0,
      inject: 0,
    } as const;
    const trial = new trials.Trial(program(wwStress), params);
    for (let seed = 0; seed < 100; seed++) {
      const look = new inspector.WwInspector(trial.root, params.locks, params.tasks).look;
      const fault = faults(trial.run(randomScheduler(seed), { afterStep: look }));
      if (fault !== "") return fault;
    }
    return "";
  };
}

const sleptTwice = (outcome: Outcome): string =>
  faults(outcome) || ((outcome.sleeps[0] ?? 0) > 2 ? "passed again" : "");
const passedTwice = (outcome: Outcome): string =>
  faults(outcome) || (Number(outcome.results[0]) > 2 ? "passed again" : "");

/** Every mutant of the locks. */
export const mutants: readonly Mutant[] = [
  {
    name: "a mutex unlock wakes nobody",
    edits: [{ file: "sync/mutex-slow.js", from: /if \(first !== 0\) yield\* unpark\(first - 1\);/, to: "" }],
    check: excluding("mutex"),
  },
  {
    name: "a mutex takes its ticket after the last look",
    edits: [{ file: "sync/mutex-slow.js", from: /park\(ticket\)/, to: "park(yield* parkTicket())" }],
    check: excluding("mutex"),
  },
  {
    name: "a ww-mutex takes its ticket after the last look",
    edits: [{ file: "sync/ww-slow.js", from: /park\(ticket\)/, to: "park(yield* parkTicket())" }],
    check: excluding("ww-context", 1000),
  },
  {
    name: "a signal is seen before a lock that was handed over",
    edits: [
      {
        file: "sync/mutex-slow.js",
        from: /if \(yield\* tryTake\(lock, me, passedByTooLong\(since\)\)\) break;/,
        to: "if (!(interruptible && (yield* signalPending())) && (yield* tryTake(lock, me, passedByTooLong(since)))) break;",
      },
    ],
    check: swept(waits, { tasks: 4, kind: "mutex", play: "signal against unlock" }, 2000),
  },
  {
    name: "the first in a mutex queue never asks for a hand-over",
    edits: [
      {
        file: "sync/mutex-slow.js",
        from: /since = yield\* firstSince\(lock, waiter, since\);/,
        to: "since = 0;",
      },
    ],
    check: swept(bypass, { tasks: 2, rounds: 12, way: "mutex" }, 500, sleptTwice),
  },
  {
    name: "a spinlock tests, then sets",
    edits: [
      { file: "sync/spinlock.js", from: /compareExchange\(lock, 0, me\)/, to: "twoSteps(lock, 0, me)" },
      { file: "sync/spinlock.js", from: /$/, to: twoSteps("peek(word)") },
    ],
    check: excluding("spinlock"),
  },
  {
    name: "the last waiter to leave keeps the tail of the queue",
    edits: [
      {
        file: "sync/waiters.js",
        from: /if \(next === 0\) yield\* write\(list \+ WaitList\.at\.tail, previous\);/,
        to: "if (next === 0) {}",
      },
    ],
    check: excluding("mutex"),
  },
  {
    name: "a rwsem lets one reader of the queue in",
    edits: [{ file: "sync/rwsem-slow.js", from: /waiter = next;/, to: "waiter = 0;" }],
    check: ordered("readers of a phase go in together", 4),
  },
  {
    name: "a downgrade lets nobody in",
    edits: [
      { file: "sync/rwsem.js", from: /(READER - WRITER\);\n.*)yield\* wakeWaiters\(sem\)/, to: "$1{}" },
    ],
    check: ordered("downgrade lets queued readers in", 4),
  },
  {
    name: "a reader that queues does not undo what its short hold kept out",
    edits: [
      {
        file: "sync/rwsem-slow.js",
        from: /if \(\(before & WRITER\) === 0 && [^\n]*yield\* wakeFirst\(sem\);/,
        to: "",
      },
    ],
    check: swept(rwsemPair, { tasks: 4, rounds: 4, writers: 2 }, 500),
  },
  {
    name: "a queued writer never asks for a hand-over",
    edits: [
      {
        file: "sync/rwsem-slow.js",
        from: /yield\* or\(sem, HANDOFF\);\n {4}yield\* rawSpinUnlock/,
        to: "{}\n    yield* rawSpinUnlock",
      },
    ],
    check: swept(bypass, { tasks: 2, rounds: 12, way: "rwsem-write" }, 500, sleptTwice),
  },
  {
    name: "a queued reader never asks for a hand-over",
    edits: [
      { file: "sync/rwsem-slow.js", from: /yield\* or\(sem, HANDOFF\);\n {4}yield\* add/, to: "yield* add" },
    ],
    check: swept(bypass, { tasks: 3, rounds: 40, way: "rwsem-read" }, 3000, passedTwice),
  },
  {
    name: "a completion wakes nobody",
    edits: [
      { file: "sync/completion.js", from: /if \(first !== 0\) yield\* wake\(completion, first\);/, to: "" },
    ],
    check: swept(completions, { tasks: 3, rounds: 2, play: "one each" }, 100),
  },
  {
    name: "a wait queue gives the ticket after it is left alone",
    edits: [
      {
        file: "sync/wait-queue.js",
        from: /const ticket = yield\* parkTicket\(\);\n {2}yield\* rawSpinUnlock\(queue \+ WAIT_LOCK\);/,
        to: "yield* rawSpinUnlock(queue + WAIT_LOCK);\n  const ticket = yield* parkTicket();",
      },
    ],
    check: swept(buffer, { tasks: 4, rounds: 3, play: "bounded buffer" }, 300),
  },
  {
    name: "get-unless-zero tests, then adds",
    edits: [
      {
        file: "sync/refcount.js",
        from: /compareExchange\(r, old, \(old \+ 1\) \| 0\)/,
        to: "twoSteps(r, old, old + 1)",
      },
      { file: "sync/refcount.js", from: /$/, to: twoSteps("yield* load(word)") },
    ],
    check: swept(lookup, { tasks: 3, rounds: 4, objects: 2 }, 300),
  },
  {
    name: "a younger context queues in front of an older",
    edits: [{ file: "sync/ww-rules.js", from: /before = w;/, to: "" }],
    check: inspected("wound-wait"),
  },
  {
    name: "an older newcomer does not wake the younger that has to die",
    edits: [
      {
        file: "sync/ww-rules.js",
        from: /if \(waitDie && \(yield\* holdsLocks\(other\)\)\) yield\* unpark\(w - 1\);/,
        to: "",
      },
    ],
    check: swept(
      wwAge,
      { tasks: 3, algorithm: "wait-die", meeting: "the older queues in front of the younger", stampsFrom: 0 },
      20,
      (outcome) => faults(outcome) || (outcome.results[1] === EDEADLK ? "" : "the younger did not die"),
    ),
  },
  {
    name: "a wound does not wake who sleeps on another lock",
    edits: [
      {
        file: "sync/ww-rules.js",
        from: /if \([^\n]* !== currentTask\(\)\) yield\* unpark\([^\n]*\);/,
        to: "",
      },
    ],
    check: wounding("reaches a task asleep on another lock"),
  },
  {
    name: "a wound is not looked at",
    edits: [{ file: "sync/ww-rules.js", from: /!== 0 \? EDEADLK : 0/, to: "!== 0 ? 0 : 0" }],
    check: wounding("is noticed at the next contended lock"),
  },
  {
    name: "who steals past an older waiter is not told",
    edits: [
      {
        file: "sync/ww-rules.js",
        from: /if \(!neverBacksOff\(ctx\)\) yield\* writeOnce\(ctx \+ WwContext\.at\.wounded, 1\);/,
        to: "",
      },
    ],
    check: wounding("is dealt to who steals past an older waiter"),
  },
  {
    name: "an old wound lives on through a contended lock",
    edits: [
      {
        file: "sync/ww-slow.js",
        from: /if \(peek\(ctx \+ WwContext\.at\.acquired\) === 0\) yield\* writeOnce\(ctx \+ WwContext\.at\.wounded, 0\);/,
        to: "",
      },
    ],
    check: inspected("wound-wait"),
  },
];
