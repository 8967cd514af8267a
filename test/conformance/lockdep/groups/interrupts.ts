import type { TraceEvent } from "../../../../src/record/lock-trace.ts";
import type { LockdepKind } from "../../../../src/record/lockdep-record.ts";
import { type Case, does, type Flavour, locks, orders, spinning } from "../notation.ts";

const irqs = ["hard", "soft"] as const;

/** Three things that tasks do, in every order. What is reported depends on which comes last. */
function inEveryOrder(
  name: string,
  inits: readonly TraceEvent[],
  parts: readonly [string, string, string],
  how: Flavour | undefined,
  expect: (last: number) => LockdepKind | "none",
): Case[] {
  return orders.map((order) => ({
    name: `${name}-${order.join("")}`,
    events: [...inits, ...order.flatMap((at) => does(`T${at}`, parts[at - 1] ?? "", how?.read ?? "no"))],
    expect: expect(order[2] ?? 0),
  }));
}

/** The last thing seen is the dependency, or a use. */
const dependencyOrUse = (last: number): LockdepKind => (last === 1 ? "irq-order" : "irq-inversion");

/** One lock, in an interrupt and where it may come. */
function oneLock(): Case[] {
  return irqs.flatMap((irq) =>
    spinning.flatMap((flavour): Case[] => {
      const { name, type, read } = flavour;
      const inside = `${irq}( L:A U:A )${irq}`;
      const expect = read === "recursive" ? "none" : "inconsistent-state";
      const both = (what: string, outside: string): Case[] =>
        [
          [inside, outside],
          [outside, inside],
        ].map((parts, at) => ({
          name: `${what}-${irq}-${name}-${at === 0 ? "12" : "21"}`,
          events: [...locks(type, "A"), ...parts.flatMap((part, i) => does(`T${i + 1}`, part, read))],
          expect,
        }));
      return [
        ...both("irqs-on-and-irq-safe", "L:A U:A"),
        ...both("irqs-enabled-while-held", `${irq}- L:A ${irq}+ U:A`),
      ];
    }),
  );
}

/** A lock of soft interrupts is held while hard ones are turned on, which lets soft ones come too. */
function softSafeHardOn(): Case[] {
  return spinning.flatMap(({ name, type, read }): Case[] => {
    const parts = ["soft( L:A U:A )soft", "hard- L:A hard+ U:A"];
    return [parts, parts.toReversed()].map((both, at) => ({
      name: `soft-safe-hard-on-${name}-${at === 0 ? "12" : "21"}`,
      events: [...locks(type, "A"), ...both.flatMap((part, i) => does(`T${i + 1}`, part, read))],
      expect: read === "recursive" ? "none" : "inconsistent-state",
    }));
  });
}

/** A lock that an interrupt uses, and one inside of it that it may come upon. */
function safeAndUnsafe(): Case[] {
  return irqs.flatMap((irq) =>
    spinning.flatMap((flavour): Case[] => {
      const { name, type, read } = flavour;
      const none = read === "recursive";
      const inits = locks(type, "A B");
      const others: [string, string] = ["L:B U:B", `${irq}( L:A U:A )${irq}`];
      return [
        ...inEveryOrder(`safe-unsafe-1-${irq}-${name}`, inits, ["L:A L:B U:B U:A", ...others], flavour, () =>
          none ? "none" : "inconsistent-state",
        ),
        ...inEveryOrder(
          `safe-unsafe-2-${irq}-${name}`,
          inits,
          [`${irq}- L:A L:B U:B U:A ${irq}+`, ...others],
          flavour,
          (last) => (none ? "none" : dependencyOrUse(last)),
        ),
      ];
    }),
  );
}

/** Writers outside, readers in the interrupt, and the other way round. */
function readersAndWriters(): Case[] {
  const inits = [...locks("rwlock", "A B"), ...locks("spinlock", "C")];
  return irqs.flatMap((irq): Case[] => {
    const off = (words: string): string => `${irq}- ${words} ${irq}+`;
    const inside = (words: string): string => `${irq}( ${words} )${irq}`;
    const three = (
      name: string,
      parts: [string, string, string],
      expect: (last: number) => LockdepKind | "none",
    ) => inEveryOrder(`${name}-${irq}`, inits, parts, undefined, expect);
    const inversion = ["spin", "wlock", "rlock"].flatMap((name) => {
      // A recursive reader of B does not wait for whoever reads it.
      const [lock, outer] =
        name === "spin" ? ["W:C U:C", "W:C"] : name === "wlock" ? ["W:B U:B", "W:B"] : ["R:B U:B", "R:B"];
      const safe = name === "rlock";
      const unlock = lock.split(" ")[1];
      return three(
        `lock-inversion-${name}`,
        [off(`W:A ${outer} ${unlock} U:A`), lock, inside("R:A U:A")],
        (last) => (safe ? "none" : dependencyOrUse(last)),
      );
    });
    const recursion = (["W", "R"] as const).flatMap((verb) => {
      const safe = verb === "R";
      const mode = safe ? "rlock" : "wlock";
      return [
        ...three(
          `read-recursion-1-${mode}`,
          [off("W:A U:A"), "R:A U:A", inside(`${verb}:A W:C U:C U:A`)],
          () => (safe ? "none" : "inconsistent-state"),
        ),
        ...three(
          `read-recursion-2-${mode}`,
          [off(`W:C ${verb}:A U:A U:C`), "R:A U:A", inside("W:C U:C")],
          (last) => (safe ? "none" : dependencyOrUse(last)),
        ),
        ...three(
          `read-recursion-3-${mode}`,
          [off(`W:B ${verb}:A U:A U:B`), "R:A U:A", inside("R:B U:B")],
          (last) => (safe ? "none" : dependencyOrUse(last)),
        ),
      ];
    });
    return [...inversion, ...recursion];
  });
}

/** Readers that queue outside of interrupts and do not inside. */
function queuedReaders(): Case[] {
  const inits = [...locks("rwlock", "A"), ...locks("spinlock", "B")];
  const two = (name: string, parts: readonly string[], expect: LockdepKind | "none"): Case => ({
    name: `queued-readers-${name}`,
    events: [...inits, ...parts.flatMap((part, at) => does(`T${at + 1}`, part))],
    expect,
  });
  return [
    two("re-er", ["hard( R:A L:B U:B U:A )hard", "hard- L:B Q:A U:A U:B hard+"], "circular"),
    two("er-re", ["hard( L:B R:A U:A U:B )hard", "hard- Q:A L:B U:B U:A hard+"], "none"),
    two("inversion", ["hard( L:B U:B )hard", "hard- L:B W:A U:A U:B hard+", "R:A U:A"], "irq-inversion"),
    two(
      "inversion-of-readers",
      ["hard( L:B U:B )hard", "hard- L:B Q:A U:A U:B hard+", "Q:A U:A"],
      "irq-inversion",
    ),
    two("queued-in-interrupt", ["Q:A U:A", "hard( Q:A U:A )hard"], "irq-inversion"),
    two("recursive-in-interrupt", ["Q:A U:A", "hard( R:A U:A )hard"], "none"),
  ];
}

/** A class that hard interrupts may come upon and soft ones use. */
function bothKinds(): Case[] {
  const inits = locks("spinlock", "A B C");
  return [
    {
      name: "hard-unsafe-soft-safe",
      events: [
        ...inits,
        ...does("T1", "hard- L:A U:A hard+"),
        ...does("T2", "hard( L:A U:A )hard"),
        ...does("T3", "soft( L:B U:B )soft"),
        ...does("T4", "soft- L:B U:B soft+"),
        ...does("T5", "hard- L:A L:B U:B U:A hard+"),
      ],
      expect: "irq-order",
    },
  ];
}

/** Locks and interrupts. */
export const interrupts: readonly Case[] = [
  ...oneLock(),
  ...softSafeHardOn(),
  ...safeAndUnsafe(),
  ...readersAndWriters(),
  ...queuedReaders(),
  ...bothKinds(),
];
