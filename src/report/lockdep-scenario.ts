import type { LockdepReport } from "../record/lockdep-record.ts";

/** Columns of the CPUs. */
const FIRST = "       ";
const SECOND = " ".repeat(34);

const lock = (name: string, reads = false): string => `${reads ? "rlock" : "lock"}(${name});`;

function columns(rows: readonly (readonly [cpu: 0 | 1, text: string])[]): string[] {
  return [
    " Possible unsafe locking scenario:",
    "",
    `${FIRST}CPU0${" ".repeat(SECOND.length - FIRST.length - 4)}CPU1`,
    `${FIRST}----${" ".repeat(SECOND.length - FIRST.length - 4)}----`,
    ...rows.map(([cpu, text]) => `${cpu === 0 ? "  " : SECOND}${text}`),
    "",
    " *** DEADLOCK ***",
  ];
}

function oneCpu(rows: readonly string[]): string[] {
  return [
    " Possible unsafe locking scenario:",
    "",
    `${FIRST}CPU0`,
    `${FIRST}----`,
    ...rows.map((text) => `  ${text}`),
    "",
    " *** DEADLOCK ***",
  ];
}

/**
 * How it would come to a deadlock, as columns.
 * @kernel kernel/locking/lockdep.c: print_circular_lock_scenario(), print_deadlock_scenario(), print_irq_lock_scenario(), print_usage_bug_scenario()
 */
export function scenarioLines({ kind, classes, wanted, against, irq }: LockdepReport): string[] {
  const source = wanted?.class.name ?? classes[0] ?? "";
  const target = against?.class.name ?? classes.at(-1) ?? "";
  switch (kind) {
    case "recursive-locking":
      return [
        ...oneCpu([lock(target, against?.read), lock(source, wanted?.read)]),
        "",
        " May be due to missing lock nesting notation",
      ];
    case "circular": {
      const parent = classes.at(-2) ?? source;
      const exists =
        classes.length > 2
          ? [`Chain exists of:\n  ${classes.slice(0, 1)} --> ${parent} --> ${target}`, ""]
          : [];
      return [
        ...exists,
        ...columns([
          [0, lock(target, against?.read)],
          [1, lock(parent)],
          [1, lock(target)],
          [0, lock(source, wanted?.read)],
        ]),
      ];
    }
    case "inconsistent-state":
      return oneCpu([lock(source), "<Interrupt>", `  ${lock(source)}`]);
    case "irq-order":
    case "irq-inversion": {
      const [safe, unsafe] = [irq?.safe.name ?? source, irq?.unsafe.name ?? target];
      if (safe === unsafe) return oneCpu([lock(safe), "<Interrupt>", `  ${lock(safe)}`]);
      const middle = kind === "irq-order" && target !== safe ? target : unsafe;
      return columns([
        [0, lock(unsafe)],
        [1, `local_${irq?.state === "SOFTIRQ" ? "bh" : "irq"}_disable();`],
        [1, lock(safe)],
        [1, lock(middle)],
        [0, "<Interrupt>"],
        [0, `  ${lock(safe)}`],
      ]);
    }
    default:
      return [];
  }
}
