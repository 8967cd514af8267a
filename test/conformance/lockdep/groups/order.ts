import type { TraceEvent } from "../../../../src/record/lock-trace.ts";
import { type Case, does, flavours, locks, pair } from "../notation.ts";

/** Pairs of locks taken one after the other; the last closes a cycle. */
const cycles: Readonly<Record<string, readonly string[]>> = {
  "ab-ba": ["AB", "BA"],
  "ab-bc-ca": ["AB", "BC", "CA"],
  "ab-ca-bc": ["AB", "CA", "BC"],
  "ab-bc-cd-da": ["AB", "BC", "CD", "DA"],
  "ab-cd-bd-da": ["AB", "CD", "BD", "DA"],
  "ab-cd-bc-da": ["AB", "CD", "BC", "DA"],
};

const inTurn = (parts: readonly string[], how: "no" | "yes" | "recursive"): TraceEvent[] =>
  parts.flatMap((part, at) => does(`T${at + 1}`, part, how));

/** One lock twice, and cycles of two and more, in every flavour; recursive readers do not mind. */
function cyclesInEveryFlavour(): Case[] {
  return flavours.flatMap(({ name, type, read }) => [
    {
      name: `a-a-${name}`,
      events: [...locks(type, "X1 X2"), ...does("T1", "L:X1 L:X2", read)],
      expect: read === "recursive" ? "none" : "recursive-locking",
    } as const,
    ...Object.entries(cycles).map(
      ([cycle, pairs]): Case => ({
        name: `${cycle}-${name}`,
        events: [...locks(type, "A B C D"), ...inTurn(pairs.map(pair), read)],
        expect: read === "recursive" ? "none" : "circular",
      }),
    ),
    {
      name: `double-unlock-${name}`,
      events: [...locks(type, "A"), ...does("T1", "L:A U:A U:A", read)],
      expect: "unlock-balance",
    } as const,
    {
      name: `init-held-${name}`,
      events: [...locks(type, "A"), ...does("T1", "L:A", read), ...locks(type, "A")],
      expect: "freed-held",
    } as const,
  ]);
}

const semaphore: [string, "rwsem", string] = ["rsem", "rwsem", "Q"];
const rwlock: [string, "rwlock", string] = ["rlock", "rwlock", "R"];

/** Readers and writers of one lock, nested in each other. */
function nestedReaders(): Case[] {
  return [rwlock, semaphore].flatMap(([name, type, reader]): Case[] => {
    const nested = (what: string, words: string, ok: boolean): Case => ({
      name: `${what}-${name}`,
      events: [...locks(type, "X1 X2"), ...does("T1", words)],
      expect: ok ? "none" : "recursive-locking",
    });
    return [
      nested("read-read", `${reader}:X1 ${reader}:X1 U:X1 U:X1`, reader === "R"),
      nested("read-read-other", `${reader}:X1 ${reader}:X2 U:X2 U:X1`, reader === "R"),
      nested("read-write", `${reader}:X1 W:X2`, false),
      nested("write-read", `W:X1 ${reader}:X2`, false),
    ];
  });
}

/** A lock that is read and one that is not, in both orders. */
function mixedReaders(): Case[] {
  return [rwlock, semaphore].flatMap(([name, type, reader]): Case[] => {
    const mutual = type === "rwsem" ? "mutex" : "spinlock";
    const mixed = (what: string, parts: readonly string[], ok: boolean): Case => ({
      name: `${what}-${name}`,
      events: [...locks(type, "X"), ...locks(mutual, "Y"), ...inTurn(parts, "no")],
      expect: ok ? "none" : "circular",
    });
    const readFirst = `${reader}:X L:Y U:Y U:X`;
    return [
      mixed("read-lock-lock-write", [readFirst, "L:Y W:X U:X U:Y"], false),
      mixed("read-lock-lock-read", [readFirst, `L:Y ${reader}:X U:X U:Y`], reader === "R"),
      mixed("write-lock-lock-write", ["W:X L:Y U:Y U:X", "L:Y W:X U:X U:Y"], false),
      // The chain with a reader is known to be good, and says nothing about the one with a writer.
      mixed(
        "chain-cached",
        [readFirst, ...(reader === "R" ? ["L:Y R:X U:X U:Y"] : []), "L:Y W:X U:X U:Y"],
        false,
      ),
      mixed("queued-reader-after-recursive", ["R:X L:Y U:Y U:X", "L:Y Q:X U:X U:Y"], false),
      mixed("recursive-reader-after-queued", ["Q:X L:Y U:Y U:X", "L:Y R:X U:X U:Y"], true),
    ];
  });
}

/** Cycles of three read-write locks: strong unless a recursive reader is followed by a shared holder. */
function threeReaders(): Case[] {
  const cycle = (name: string, parts: readonly [string, string, string], strong: boolean): Case[] =>
    [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ].map((order) => ({
      name: `${name}-${order.map((at) => at + 1).join("")}`,
      events: [
        ...locks("rwlock", "A B C"),
        ...order.flatMap((at) => does(`T${at + 1}`, `${parts[at]} ${unlocks(parts[at] ?? "")}`)),
      ],
      expect: strong ? "circular" : "none",
    }));
  return [
    ...cycle("w1r2-w2r3-w3r1", ["W:A R:B", "W:B R:C", "W:C R:A"], true),
    ...cycle("w1w2-r2r3-w3r1", ["W:A W:B", "R:B R:C", "W:C R:A"], true),
    ...cycle("w1w2-r2r3-r3w1", ["W:A W:B", "R:B R:C", "R:C W:A"], false),
    ...cycle("w1r2-r2r3-w3w1", ["W:A R:B", "R:B R:C", "W:C W:A"], false),
  ];
}

const unlocks = (words: string): string =>
  words
    .split(" ")
    .map((word) => `U:${word.slice(2)}`)
    .reverse()
    .join(" ");

/** Orders of locks, whatever interrupts do. */
export const order: readonly Case[] = [
  ...cyclesInEveryFlavour(),
  ...nestedReaders(),
  ...mixedReaders(),
  ...threeReaders(),
];
