import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judge, type Operation, type Spec, textOf } from "./checker.ts";
import { mutexSpec } from "./specs/mutex.ts";

// Histories written by hand: each operation with the returns before its call, and which return was its own.
const op = (name: string, calledAfter: number, returned?: number, result?: unknown): Operation =>
  returned === undefined ? { task: 0, name, calledAfter } : { task: 0, name, calledAfter, returned, result };
const rows = (...tasks: Operation[][]): Operation[][] =>
  tasks.map((row, task) => row.map((one) => ({ ...one, task })));

/** A word: `write N`, and `read`. */
const register: Spec<number> = {
  initial: 0,
  actions: (state, { name }) =>
    name === "read" ? [{ state, result: state }] : [{ state: Number(name.slice(6)), result: undefined }],
};

/** A word that is written in two actions, the first of which leaves a half. */
const torn: Spec<number> = {
  initial: 0,
  actions: (state, { name }, action) => {
    if (name === "read") return [{ state, result: state }];
    const value = Number(name.slice(6));
    return action === 0 ? [{ state: value / 2, next: 1 }] : [{ state: value, result: undefined }];
  },
};

describe("on a word", () => {
  test("a read after a write that has returned sees it", () => {
    const seen = (value: number): Operation[][] => rows([op("write 1", 0, 0)], [op("read", 1, 1, value)]);
    expect(judge(register, seen(1))).toBe("linearizable");
    expect(judge(register, seen(0))).toBe("not linearizable");
  });

  test("a read beside a write may see it or not", () => {
    const seen = (value: number): Operation[][] => rows([op("write 1", 0, 1)], [op("read", 0, 0, value)]);
    expect(judge(register, seen(0))).toBe("linearizable");
    expect(judge(register, seen(1))).toBe("linearizable");
    expect(judge(register, seen(2))).toBe("not linearizable");
  });

  test("once one read has seen a write beside it, no later read misses it", () => {
    const seen = (first: number, second: number): Operation[][] =>
      rows([op("write 1", 0, 2)], [op("read", 0, 0, first)], [op("read", 1, 1, second)]);
    expect(judge(register, seen(0, 1))).toBe("linearizable");
    expect(judge(register, seen(1, 0))).toBe("not linearizable");
  });

  test("two readers do not see two writes in different orders", () => {
    const reads = (first: number, second: number, from: number): Operation[] => [
      op("read", from, from, first),
      op("read", from + 1, from + 1, second),
    ];
    const seen = (...second: [number, number]): Operation[][] =>
      rows([op("write 1", 0, 4)], [op("write 2", 0, 5)], reads(1, 2, 0), reads(...second, 2));
    expect(judge(register, seen(2, 2))).toBe("linearizable");
    expect(judge(register, seen(2, 1))).toBe("not linearizable");
  });

  test("a half written value is seen only where a write has two actions", () => {
    const seen = rows([op("write 2", 0, 1)], [op("read", 0, 0, 1)]);
    expect(judge(register, seen)).toBe("not linearizable");
    expect(judge(torn, seen)).toBe("linearizable");
    expect(judge(torn, rows([op("write 2", 0, 0)], [op("read", 1, 1, 1)]))).toBe("not linearizable");
  });
});

describe("on a lock", () => {
  test("two holders at once are not explained by any order", () => {
    expect(judge(mutexSpec, rows([op("lock", 0, 0)], [op("lock", 0, 1)]))).toBe("not linearizable");
  });

  test("a try beside the lock that it meets may fail, one after the unlock may not", () => {
    const tried = (calledAfter: number, returned: number): Operation[][] =>
      rows([op("lock", 0, 0), op("unlock", 1, 3 - returned)], [op("trylock", calledAfter, returned, false)]);
    expect(judge(mutexSpec, tried(0, 1))).toBe("linearizable");
    expect(judge(mutexSpec, rows([op("lock", 0, 0), op("unlock", 1, 1)], [op("trylock", 2, 2, false)]))).toBe(
      "not linearizable",
    );
  });

  test("who waits for a lock that is held is right to", () => {
    expect(judge(mutexSpec, rows([op("lock", 0, 0)], [op("lock", 0)]))).toBe("linearizable");
  });

  test("who waits for a lock that is free is stuck", () => {
    expect(judge(mutexSpec, rows([op("lock", 0, 0), op("unlock", 1, 1)], [op("lock", 0)]))).toBe("stuck");
  });

  test("who took the lock and never returned is stuck", () => {
    const seen = rows([op("lock", 0)], [op("trylock", 0, 0, false)]);
    expect(judge(mutexSpec, seen)).toBe("stuck");
  });
});

describe("on random histories of a word", () => {
  /** Tries every order of the operations that are left, one by one. */
  function anyOrder(left: readonly Operation[], value: number): boolean {
    const next = left.filter((one) =>
      left.every(
        ({ task, returned = 0 }) => returned >= (task === one.task ? (one.returned ?? 0) : one.calledAfter),
      ),
    );
    if (left.length === 0) return true;
    return next.some((one) => {
      const others = left.filter((other) => other !== one);
      if (one.name === "read") return one.result === value && anyOrder(others, value);
      return anyOrder(others, Number(one.name.slice(6)));
    });
  }

  /** Calls and returns of up to three tasks in some order; a task's turn is a call, then the return, and so on. */
  const histories = fc
    .array(fc.record({ task: fc.nat(2), value: fc.nat(2), isRead: fc.boolean() }), { maxLength: 14 })
    .map((turns) => {
      const history: Operation[][] = [[], [], []];
      let returns = 0;
      for (const { task, value, isRead } of turns) {
        const open = history[task]?.at(-1);
        if (open !== undefined && open.returned === undefined) {
          open.returned = returns++;
          if (open.name === "read") open.result = value;
        } else {
          history[task]?.push({ task, name: isRead ? "read" : `write ${value}`, calledAfter: returns });
        }
      }
      return history.map((row) => row.filter(({ returned }) => returned !== undefined));
    });

  test("it agrees with trying every order, whatever the order says", () => {
    const seen = { linearizable: 0, stuck: 0, "not linearizable": 0 };
    fc.assert(
      fc.property(histories, (history) => {
        const verdict = judge(register, history);
        seen[verdict]++;
        expect(verdict === "linearizable").toBe(anyOrder(history.flat(), 0));
      }),
      { numRuns: 3000 },
    );
    expect(Math.min(seen.linearizable, seen["not linearizable"])).toBeGreaterThan(300);
  });
});

test("the text of a history keeps who returned before each call, and no other times", () => {
  const seen = rows([op("write 1", 0, 1)], [op("read", 0, 0, 0), op("read", 2, 2, 1)], [op("read", 0)]);
  expect(textOf(seen)).toBe("write 1=undefined<0,0,0 | read=0<0,0,0 read=1<1,1,0 | read=waits<0,0,0");
});
