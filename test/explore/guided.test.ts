import { describe, expect, test } from "vitest";
import { EVENT } from "#shared/recorder/events";
import { onRecord } from "#shared/recorder/hook";
import { resolveParams } from "../../src/catalogue/params.ts";
import { EventLog } from "../../src/explore/event-log.ts";
import { type Finding, findingsAtEnd } from "../../src/explore/findings.ts";
import { followGuide } from "../../src/explore/guided.ts";
import { Machine } from "../../src/explore/machine.ts";
import { stopsEarly } from "../../src/explore/search.ts";
import type { GuideEvent, RaceGuide } from "../../src/record/race-guide.ts";
import { lots } from "../workers/plans.ts";
import { catalogued } from "./catalogued.ts";

const budget = { executions: 1, steps: 10_000, stopAtReport: "any" } as const;

/** What a run came to, and what each task recorded in it. */
interface Run {
  readonly finding: Finding | undefined;
  readonly events: readonly (readonly GuideEvent[])[];
  readonly finished: readonly boolean[];
}

/** Runs a machine, `pick` saying who goes next (-1: nobody), and listens to what is recorded. */
function listened(machine: Machine, pick: (able: readonly number[], at: number) => number): Run {
  const events: GuideEvent[][] = Array.from({ length: machine.tasks }, () => []);
  const all = Array.from({ length: machine.tasks }, (_, task) => task);
  const log = new EventLog(machine);
  let running = 0;
  onRecord((event, object, value) => events[running]?.push({ event, object: object - machine.heap, value }));
  try {
    machine.reset();
    while (!stopsEarly(budget, machine, log) && log.length < budget.steps) {
      running = pick(
        all.filter((task) => machine.enabled(task)),
        log.length,
      );
      if (running < 0) break;
      log.take(machine, running, 0);
    }
  } finally {
    onRecord(() => {});
  }
  const finished = all.map((task) => machine.finished(task));
  return { finding: findingsAtEnd(machine, log)[0], events, finished };
}

/** A run by lots that ends in one of these kinds: mostly the same task goes on. */
function violated(machine: Machine, kinds: readonly string[], seed: number): Run {
  for (let attempt = 0; attempt < 3_000; attempt++) {
    const draw = lots(seed + attempt * 31);
    let running = -1;
    const run = listened(machine, (able) => {
      if (!able.includes(running) || draw(8) === 0) running = able[draw(able.length)] ?? -1;
      return running;
    });
    if (kinds.includes(run.finding?.kind ?? "none")) return run;
  }
  throw new Error("no run ended so");
}

const unordered: readonly number[] = [EVENT.WAIT, EVENT.WOUND];
const told = (events: readonly GuideEvent[]): string[] =>
  events.filter(({ event }) => !unordered.includes(event)).map(({ event, object }) => `${event}@${object}`);

function expectSameEvents(found: Run, met: Run): void {
  for (const [task, events] of met.events.entries()) {
    const [now, then] = [told(found.events[task] ?? []), told(events)];
    const common = Math.min(now.length, then.length);
    expect(now.slice(0, common)).toEqual(then.slice(0, common));
    if (met.finished[task]) expect(now.length).toBeLessThanOrEqual(then.length);
  }
}

const cases: readonly (readonly [name: string, params: Readonly<Record<string, string>>])[] = [
  ["ww/abba", { mutant: "no-backoff" }],
  ["ww/cycle", { mutant: "no-backoff" }],
  ["kref/get-unless-zero", { mutant: "plain-get", tasks: "3" }],
  ["shmem/free-vs-shrinker", { mutant: "shrinker-plain-get" }],
  ["shmem/free-vs-shrinker", { mutant: "shrinker-lock-unref" }],
  ["shmem/free-vs-shrinker", { mutant: "early-put" }],
  ["shmem/free-vs-reclaim", { mutant: "shrinker-plain-get" }],
];

describe("from what each task recorded, the stepper finds an interleaving with the same events and the same end:", () => {
  for (const [name, params] of cases) {
    const { definition } = catalogued(name);
    test(`${name} ${JSON.stringify(params)}`, () => {
      const machine = new Machine(definition, resolveParams(definition, params), "lock");
      const kinds = definition.mutants[params.mutant ?? ""] ?? [];
      for (let seed = 1; seed <= 3; seed++) {
        const met = violated(machine, kinds, seed * 1000);
        const kind = met.finding?.kind ?? "none";
        const guide: RaceGuide = {
          kind,
          tasks: met.events.map((events, task) => ({ events, left: met.finished[task] === true })),
        };
        const found = followGuide(machine, guide, budget, 1_500_000);
        expect(found?.finding.kind).toBe(kind);
        const order = found?.events.map(({ task }) => task) ?? [];
        const again = listened(machine, (_, at) => order[at] ?? -1);
        expect(again.finding?.kind).toBe(kind);
        expectSameEvents(again, met);
      }
    }, 60_000);
  }

  test("a task of which nothing is known may do as it likes", () => {
    const { definition } = catalogued("ww/abba");
    const machine = new Machine(definition, resolveParams(definition, { mutant: "no-backoff" }), "lock");
    const met = violated(machine, ["deadlock"], 5);
    const guide: RaceGuide = {
      kind: "deadlock",
      tasks: [{ events: met.events[0] ?? [], left: false }, null],
    };
    expect(followGuide(machine, guide, budget, 1_500_000)?.finding.kind).toBe("deadlock");
  });

  test("events that no interleaving has are not found, and neither is another kind of end", () => {
    const { definition } = catalogued("ww/abba");
    const machine = new Machine(definition, resolveParams(definition, { mutant: "no-backoff" }), "lock");
    const met = violated(machine, ["deadlock"], 5);
    const tasks = met.events.map((events) => ({ events, left: false }));
    const strange = tasks.map(({ events }) => ({
      events: [{ event: EVENT.RECLAIM, object: 1, value: 1 }, ...events],
      left: false,
    }));
    expect(followGuide(machine, { kind: "deadlock", tasks: strange }, budget, 100_000)).toBeUndefined();
    expect(followGuide(machine, { kind: "use-after-free", tasks }, budget, 100_000)).toBeUndefined();
  });

  test("it gives up after so many steps", () => {
    const { definition } = catalogued("ww/abba");
    const machine = new Machine(definition, resolveParams(definition, { mutant: "no-backoff" }), "lock");
    const { events } = violated(machine, ["deadlock"], 5);
    const guide: RaceGuide = { kind: "deadlock", tasks: events.map((one) => ({ events: one, left: false })) };
    expect(followGuide(machine, guide, budget, 5)).toBeUndefined();
  });
});
