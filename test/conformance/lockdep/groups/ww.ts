import type { TraceEvent } from "../../../../src/record/lock-trace.ts";
import type { LockdepKind } from "../../../../src/record/lockdep-record.ts";
import { type Case, does, locks } from "../notation.ts";

const task = "T";
const inits: readonly TraceEvent[] = [
  ...["o", "o2", "o3"].map(
    (lock): TraceEvent => ({ op: "init", lock, class: "ww_lockdep", type: "ww_mutex" }),
  ),
  { op: "init", lock: "p", class: "other_ww", type: "ww_mutex" },
  ...locks("spinlock", "A"),
  ...locks("spinlock", "X1 X2"),
  ...locks("spinlock", "Y1 Y2"),
];

/**
 * Words for acquire contexts: `init:t`, `done:t`, `fini:t`; `L:o` locks without one, `C:o` with t, `S:o` by the slow
 * path, `D:o` is told to back off, `T:o` tries, `N:Y1` nests in X1.
 */
function acts(words: string): TraceEvent[] {
  return words.split(" ").flatMap((word): TraceEvent[] => {
    const [verb = "", on = ""] = word.split(":");
    const taken = { op: "acquire", task, lock: on } as const;
    switch (verb) {
      case "init":
        return [{ op: "ww-init", task, ctx: on, class: "ww_lockdep" }];
      case "done":
        return [{ op: "ww-done", task, ctx: on }];
      case "fini":
        return [{ op: "ww-fini", task, ctx: on }];
      case "C":
        return [{ ...taken, ctx: "t" }];
      case "S":
        return [{ ...taken, ctx: "t", slow: true }];
      case "D":
        return [{ ...taken, ctx: "t", result: "EDEADLK" }];
      case "DS":
        return [{ ...taken, ctx: "t", slow: true, result: "EDEADLK" }];
      case "N":
        return [{ ...taken, nest: "X1" }];
      default:
        return does(task, word);
    }
  });
}

const told: readonly (readonly [name: string, words: string, expect: LockdepKind | "none"])[] = [
  ["normal", "init:t L:o U:o done:t fini:t", "none"],
  ["normal-context", "init:t C:o C:o2 done:t U:o2 U:o fini:t", "none"],
  ["trylock-context", "init:t C:o T:o2 U:o2 U:o fini:t", "none"],
  ["slow-not-needed", "init:t S:o", "ww"],
  ["two-contexts", "init:t init:t2", "recursive-locking"],
  ["other-class", "init:t C:p", "ww"],
  ["done-twice", "init:t done:t done:t", "ww"],
  ["fini-twice", "init:t done:t fini:t fini:t", "unlock-balance"],
  ["fini-early", "init:t C:o done:t fini:t", "ww"],
  ["lock-after-done", "init:t done:t C:o", "ww"],
  ["unlock-twice", "L:o U:o U:o", "unlock-balance"],
  ["unlock-unbalanced", "U:o", "unlock-balance"],
  ["stale-context", "init:t fini:t C:o", "nest-not-held"],
  ["back-off", "init:t C:o D:o2 U:o C:o2 U:o2 done:t fini:t", "none"],
  ["back-off-slow", "init:t C:o D:o2 U:o S:o2 U:o2 done:t fini:t", "none"],
  ["back-off-no-unlock", "init:t C:o D:o2 C:o2", "ww"],
  ["back-off-no-unlock-slow", "init:t C:o D:o2 S:o2", "ww"],
  ["back-off-more", "init:t C:o D:o2 C:o3", "ww"],
  ["back-off-more-slow", "init:t C:o D:o2 S:o3", "ww"],
  ["back-off-twice", "init:t C:o D:o2 D:o3", "ww"],
  ["back-off-twice-slow", "init:t C:o D:o2 DS:o3", "ww"],
  ["back-off-wrong", "init:t C:o D:o2 U:o C:o3", "ww"],
  ["back-off-wrong-slow", "init:t C:o D:o2 U:o S:o3", "ww"],
  ["back-off-again-after-slow", "init:t C:o D:o2 U:o S:o2 C:o U:o U:o2 fini:t", "none"],
  ["nest-not-locked", "N:Y1", "nest-not-held"],
  ["nest-locked", "L:X1 N:Y1 L:A N:Y2 U:A U:Y2 U:Y1 U:X1", "none"],
  ["nest-counted", "L:X1 N:Y1 N:Y2 U:Y1 U:Y2 U:X1", "none"],
  ["nest-order", "L:X1 N:Y1 L:A U:A U:Y1 U:X1 L:X1 L:A N:Y1", "circular"],
  ["nest-same-class", "L:X1 N:X2 U:X2", "unlock-balance"],
  ["nest-unlocked-first", "L:X1 N:Y1 U:X1", "nest-not-held"],
  ["context-block", "init:t C:o L:o2", "recursive-locking"],
  ["context-try", "init:t C:o T:o2", "none"],
  ["context-context", "init:t C:o C:o2", "none"],
  ["try-block", "T:o L:o2", "recursive-locking"],
  ["try-try", "T:o T:o2", "none"],
  ["try-context", "T:o init:t C:o2", "recursive-locking"],
  ["block-block", "L:o L:o2", "recursive-locking"],
  ["block-try", "L:o T:o2", "none"],
  ["block-context", "L:o init:t C:o2", "recursive-locking"],
  ["spin-try", "L:o L:A U:A U:o L:A T:o U:o U:A", "none"],
  ["spin-block", "L:A L:o", "wait-context"],
  ["spin-context", "init:t L:A C:o", "wait-context"],
  ["context-cycle", "L:o init:t fini:t U:o init:t C:o", "circular"],
];

/** Locks with acquire contexts, and locks that another one serialises. */
export const ww: readonly Case[] = told.map(([name, words, expect]) => ({
  name: `ww-${name}`,
  events: [...inits, ...acts(words)],
  expect,
}));
