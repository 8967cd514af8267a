import type { LockType, TraceEvent } from "../../../../src/record/lock-trace.ts";
import type { LockdepKind } from "../../../../src/record/lockdep-record.ts";
import { type Case, does, locks } from "../notation.ts";

const kinds: readonly LockType[] = [
  "rcu",
  "raw_spinlock",
  "spinlock",
  "rwlock",
  "mutex",
  "rwsem",
  "rt_mutex",
];
const lock = (type: LockType, name: string): TraceEvent[] => [
  { op: "init", lock: name, class: `class_${name}`, type },
];
const take = (name: string, type: LockType): TraceEvent[] => [
  {
    op: "acquire",
    task: "T",
    lock: name,
    ...(type.startsWith("rcu") ? ({ read: "recursive" } as const) : {}),
  },
];

/** What is outside, and how deep a wait it allows: 0 spins only, 1 what PREEMPT_RT lets sleep, 2 anything. */
const outside: readonly (readonly [name: string, allows: number, enter: readonly TraceEvent[]])[] = [
  ["hardirq", 1, [{ op: "hardirq-enter", task: "T" }]],
  ["hardirq-not-threaded", 0, [{ op: "hardirq-enter", task: "T", threaded: false }]],
  ["softirq", 1, [{ op: "softirq-enter", task: "T" }]],
  ...(
    [
      ["rcu", 1],
      ["rcu_bh", 1],
      ["rcu_sched", 0],
      ["raw_spinlock", 0],
      ["spinlock", 1],
      ["rwlock", 1],
      ["local_lock", 1],
      ["mutex", 2],
      ["rwsem", 2],
    ] as const
  ).map(([type, allows]): [string, number, TraceEvent[]] => [
    type,
    allows,
    [...lock(type, "O"), ...take("O", type)],
  ]),
];
const needs: Readonly<Partial<Record<LockType, number>>> = {
  rcu: 0,
  raw_spinlock: 0,
  spinlock: 1,
  rwlock: 1,
};

/** Every lock in every context. */
function waitContexts(): Case[] {
  return outside.flatMap(([name, allows, enter]) =>
    kinds.map(
      (type): Case => ({
        name: `wait-${name.replaceAll("_", "-")}-${type.replaceAll("_", "-")}`,
        events: [...lock(type, "I"), ...enter, ...take("I", type), { op: "release", task: "T", lock: "I" }],
        expect: (needs[type] ?? 2) > allows ? "wait-context" : "none",
      }),
    ),
  );
}

/** Locks of one CPU close no inversion, and hide none. */
function localLocks(): Case[] {
  const inits: TraceEvent[] = [
    { op: "init", lock: "P", class: "local_P", type: "local_lock" },
    ...locks("spinlock", "A B"),
  ];
  const local = (name: string, parts: readonly string[], expect: LockdepKind | "none"): Case => ({
    name: `local-lock-${name}`,
    events: [...inits, ...parts.flatMap((part, at) => does(`T${at + 1}`, part))],
    expect,
  });
  return [
    local("inversion", ["L:P U:P", "hard( L:A U:A )hard", "hard- L:A L:P U:P U:A hard+"], "none"),
    local("path", ["L:P L:B U:B U:P", "hard( L:A U:A )hard", "hard- L:A L:P U:P U:A hard+"], "none"),
    local("direct", ["L:P L:B U:B U:P", "hard( L:A U:A )hard", "hard- L:A L:B U:B U:A hard+"], "irq-order"),
    local("cycle", ["L:P L:B U:B U:P", "L:B L:P U:P U:B"], "circular"),
  ];
}

const reclaim = (gfp: "kernel" | "nofs" | "noio" | "atomic" | "nowait"): TraceEvent[] => [
  { op: "reclaim-enter", task: "T" },
  { op: "alloc", task: "T", gfp },
  { op: "reclaim-exit", task: "T" },
];

/** Allocations, and what reclaim may take. */
function reclaims(): Case[] {
  const masks = ["kernel", "nofs", "noio", "atomic", "nowait"] as const;
  return [
    ...masks.map(
      (gfp): Case => ({
        name: `reclaim-nesting-${gfp}`,
        events: reclaim(gfp),
        expect: gfp === "kernel" ? "recursive-locking" : "none",
      }),
    ),
    ...masks.map(
      (gfp): Case => ({
        name: `reclaim-takes-what-allocates-${gfp}`,
        events: [
          ...locks("mutex", "A"),
          ...does("T1", "L:A"),
          { op: "alloc", task: "T1", gfp },
          ...does("T1", "U:A"),
          { op: "reclaim-enter", task: "T2" },
          ...does("T2", "L:A U:A"),
          { op: "reclaim-exit", task: "T2" },
        ],
        expect: gfp === "kernel" ? "circular" : "none",
      }),
    ),
    {
      name: "reclaim-tries-what-allocates",
      events: [
        ...locks("mutex", "A"),
        ...does("T1", "L:A"),
        { op: "alloc", task: "T1", gfp: "kernel" },
        ...does("T1", "U:A"),
        { op: "reclaim-enter", task: "T2" },
        ...does("T2", "T:A U:A"),
        { op: "reclaim-exit", task: "T2" },
      ],
      expect: "none",
    },
  ];
}

const rcu = (words: string): TraceEvent[] => [
  { op: "init", lock: "rcu", class: "rcu_read_lock", type: "rcu" },
  ...locks("spinlock", "A"),
  ...does("T", words),
];

/** RCU sections nest as they like, and end before the task leaves. */
function rcuSections(): Case[] {
  return [
    { name: "rcu-recursion", events: rcu("R:rcu R:rcu U:rcu U:rcu"), expect: "none" },
    { name: "rcu-lock-both-ways", events: rcu("R:rcu L:A U:A U:rcu L:A R:rcu U:rcu U:A"), expect: "none" },
    { name: "rcu-sleep", events: [...rcu("R:rcu"), { op: "sleep", task: "T" }], expect: "sleep-in-atomic" },
    { name: "rcu-double-unlock", events: rcu("R:rcu U:rcu U:rcu"), expect: "unlock-balance" },
    { name: "rcu-exit", events: [...rcu("R:rcu"), { op: "task-exit", task: "T" }], expect: "exit-held" },
  ];
}

/** Ways of waiting, RCU, local locks, reclaim. */
export const contexts: readonly Case[] = [
  ...waitContexts(),
  ...localLocks(),
  ...reclaims(),
  ...rcuSections(),
];
