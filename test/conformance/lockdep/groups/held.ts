import type { TraceEvent } from "../../../../src/record/lock-trace.ts";
import type { LockdepKind } from "../../../../src/record/lockdep-record.ts";
import { type Case, does, locks } from "../notation.ts";

const inits: readonly TraceEvent[] = [
  ...locks("mutex", "A"),
  ...locks("rwsem", "S"),
  ...locks("spinlock", "P"),
];
const told: readonly (readonly [
  name: string,
  events: readonly TraceEvent[],
  expect: LockdepKind | "none",
])[] = [
  ["assert-held", [...does("T", "L:A"), { op: "assert", task: "T", lock: "A" }], "none"],
  ["assert-not-held", [{ op: "assert", task: "T", lock: "A" }], "assert-held"],
  ["assert-other-task", [...does("T", "L:A"), { op: "assert", task: "U", lock: "A" }], "assert-held"],
  [
    "assert-write-read",
    [...does("T", "Q:S"), { op: "assert", task: "T", lock: "S", how: "write" }],
    "assert-held",
  ],
  [
    "assert-read-write",
    [...does("T", "W:S"), { op: "assert", task: "T", lock: "S", how: "read" }],
    "assert-held",
  ],
  [
    "assert-free-held",
    [...does("T", "L:A"), { op: "assert", task: "T", lock: "A", how: "not-held" }],
    "assert-held",
  ],
  [
    "assert-downgraded",
    [
      ...does("T", "W:S"),
      { op: "downgrade", task: "T", lock: "S" },
      { op: "assert", task: "T", lock: "S", how: "read" },
    ],
    "none",
  ],
  ["pin-release", [...does("T", "L:A"), { op: "pin", task: "T", lock: "A" }, ...does("T", "U:A")], "pinned"],
  [
    "pin-unpin-release",
    [
      ...does("T", "L:A"),
      { op: "pin", task: "T", lock: "A", cookie: 7 },
      { op: "unpin", task: "T", lock: "A", cookie: 7 },
      ...does("T", "U:A"),
    ],
    "none",
  ],
  [
    "pin-wrong-cookie",
    [
      ...does("T", "L:A"),
      { op: "pin", task: "T", lock: "A", cookie: 7 },
      { op: "unpin", task: "T", lock: "A", cookie: 8 },
    ],
    "pinned",
  ],
  ["pin-not-held", [{ op: "pin", task: "T", lock: "A" }], "pinned"],
  ["destroy-held", [...does("T", "L:A"), { op: "destroy", lock: "A" }], "freed-held"],
  ["destroy-free", [...does("T", "L:A U:A"), { op: "destroy", lock: "A" }], "none"],
  ["exit-held", [...does("T", "L:A"), { op: "task-exit", task: "T" }], "exit-held"],
  ["return-held", [...does("T", "L:A"), { op: "return-to-user", task: "T" }], "exit-held"],
  ["sleep-in-spinlock", [...does("T", "L:P"), { op: "sleep", task: "T" }], "sleep-in-atomic"],
  ["sleep-in-mutex", [...does("T", "L:A"), { op: "sleep", task: "T" }], "none"],
  ["sleep-irqs-off", [...does("T", "hard-"), { op: "sleep", task: "T" }], "sleep-in-atomic"],
  ["sleep-in-interrupt", [...does("T", "hard("), { op: "sleep", task: "T" }], "sleep-in-atomic"],
  ["unlock-out-of-order", does("T", "L:A Q:S U:A U:S"), "none"],
  // The lock above comes to stand on the one below, which is a dependency of its own.
  [
    "unlock-makes-dependency",
    [...locks("mutex", "B C"), ...does("T", "L:A L:B L:C U:B U:C U:A"), ...does("U", "L:C L:A")],
    "circular",
  ],
  [
    "free-object-held",
    [
      { op: "object", task: "T", object: "O", locks: ["A"] },
      ...does("T", "L:A"),
      { op: "put", task: "T", object: "O" },
      { op: "free", task: "T", object: "O" },
    ],
    "freed-held",
  ],
  [
    "free-object",
    [
      { op: "object", task: "T", object: "O", locks: ["A"] },
      { op: "put", task: "T", object: "O" },
      ...does("T", "L:A U:A"),
      { op: "free", task: "T", object: "O" },
    ],
    "none",
  ],
  ["might-lock-held", [...does("T", "L:A"), { op: "might-lock", task: "T", lock: "A" }], "recursive-locking"],
  [
    "might-lock-order",
    [
      ...does("T", "L:A"),
      { op: "might-lock", task: "T", lock: "S", read: "yes" },
      ...does("T", "U:A W:S L:A"),
    ],
    "circular",
  ],
  [
    "reset-forgets",
    [
      ...locks("mutex", "B"),
      ...does("T", "L:A L:B U:B U:A"),
      { op: "reset" },
      ...does("T", "L:B L:A U:A U:B"),
    ],
    "none",
  ],
  [
    "subclass",
    [
      { op: "acquire", task: "T", lock: "A" },
      { op: "init", lock: "A2", class: "lock_A", type: "mutex" },
      { op: "acquire", task: "T", lock: "A2", subclass: 1 },
    ],
    "none",
  ],
  ["unknown-lock", [{ op: "release", task: "T", lock: "never seen" }], "unlock-balance"],
  [
    "novalidate",
    [
      { op: "init", lock: "N", class: "n", type: "mutex", novalidate: true },
      ...does("T", "L:N L:A U:A U:N L:A L:N"),
    ],
    "none",
  ],
];

/** What may be done with held locks. */
export const held: readonly Case[] = told.map(([name, events, expect]) => ({
  name,
  events: [...inits, ...events],
  expect,
}));
