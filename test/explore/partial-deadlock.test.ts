import { describe, expect, test } from "vitest";
import { type Addr, cpuRelax, load, loadWhen, type Step, store } from "#shared/atomic/index";
import { EINTR } from "#shared/errno";
import { mutexLock, mutexLockInterruptible, mutexUnlock } from "#shared/sync/mutex";
import { unpark } from "#shared/sync/park";
import { TASK, taskBlock } from "#shared/task";
import type { Granularity } from "../../src/explore/machine.ts";
import { explored } from "./exploring.ts";
import { type Body, smallWorld } from "./small-world.ts";

const [A, B, FLAGS] = [0, 8, 24];

function* both(first: Addr, second: Addr): Step<void> {
  yield* mutexLock(first);
  yield* mutexLock(second);
  yield* mutexUnlock(second);
  yield* mutexUnlock(first);
}

/** Takes one lock, waits until the other task has the other one, and wants that too. */
const meeting = (first: number, second: number, own: number, other: number): Body =>
  function* (base) {
    yield* mutexLock(base + first);
    yield* store(base + FLAGS + own, 1);
    yield* loadWhen(base + FLAGS + other, 1);
    yield* both(base + second, base + second);
  };

for (const granularity of ["atomic", "lock"] satisfies Granularity[]) {
  describe(`at granularity ${granularity}`, () => {
    test("two tasks in a cycle are a deadlock of the two, at once, while a third goes on for long", async () => {
      const long: Body = function* (base) {
        for (let turn = 0; turn < 300; turn++) yield* store(base + 30, turn);
      };
      const definition = smallWorld([
        (base) => both(base + A, base + B),
        (base) => both(base + B, base + A),
        long,
      ]);
      const { witnesses, executions } = await explored(definition, { granularity });
      const [witness] = witnesses;
      expect(witness?.finding.kind).toBe("deadlock");
      expect(witness?.finding.waits.map(({ task, holder }) => [task, holder])).toEqual(
        expect.arrayContaining([
          [0, 1],
          [1, 0],
        ]),
      );
      expect(witness?.events.some(({ task }) => task === 2)).toBe(false);
      expect(witness?.events.length).toBeLessThan(60);
      expect(executions).toBeLessThan(3_000);
    }, 60_000);

    test("a third that never ends does not hide it", async () => {
      const forever: Body = function* (base) {
        for (;;) yield* load(base + 30);
      };
      const definition = smallWorld([meeting(A, B, 0, 1), meeting(B, A, 1, 0), forever]);
      const [witness] = (await explored(definition, { granularity, shrink: 0 })).witnesses;
      expect(witness?.finding.kind).toBe("deadlock");
      expect(witness?.finding.waits).toHaveLength(2);
    });

    test("nor one that spins until they are done", async () => {
      const definition = smallWorld([
        function* (base) {
          yield* both(base + A, base + B);
          yield* store(base + FLAGS, 1);
        },
        (base) => both(base + B, base + A),
        function* (base) {
          for (let turn = 0; (yield* load(base + FLAGS)) === 0; turn++) yield* cpuRelax(turn);
        },
      ]);
      const [witness] = (await explored(definition, { granularity })).witnesses;
      expect(witness?.finding.kind).toBe("deadlock");
      expect(witness?.finding.waits.map(({ task }) => task).sort()).toEqual([0, 1]);
    });

    test("a cycle that a signal of a third breaks is none", async () => {
      const definition = smallWorld([
        function* (base) {
          yield* mutexLock(base + A);
          if ((yield* mutexLockInterruptible(base + B)) !== EINTR) yield* mutexUnlock(base + B);
          yield* mutexUnlock(base + A);
        },
        (base) => both(base + B, base + A),
        function* () {
          yield* store(taskBlock(0) + TASK.SIGNAL, 1);
          yield* unpark(0);
        },
      ]);
      const { witnesses, exhaustive, executions } = await explored(definition, { granularity });
      expect(witnesses.map(({ finding }) => finding.kind)).toEqual([]);
      expect(exhaustive).toBe(true);
      expect(executions).toBeGreaterThan(2);
    }, 60_000);

    test("without the signal it is one", async () => {
      const definition = smallWorld([
        function* (base) {
          yield* mutexLock(base + A);
          if ((yield* mutexLockInterruptible(base + B)) !== EINTR) yield* mutexUnlock(base + B);
          yield* mutexUnlock(base + A);
        },
        (base) => both(base + B, base + A),
      ]);
      const [witness] = (await explored(definition, { granularity })).witnesses;
      expect(witness?.finding.kind).toBe("deadlock");
    });
  });
}
