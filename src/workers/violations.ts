import { look } from "#shared/atomic/coordinator";
import { CONTROL, peek } from "#shared/atomic/index";
import { layoutOf, objectsOf } from "#shared/memory/object";
import { EVENT, eventKinds } from "#shared/recorder/events";
import { ownerTask } from "#shared/sync/owner-word";
import { TASK, TASK_WORDS } from "#shared/task";
import { VIOLATION, type ViolationKind, violationKinds } from "#shared/violation";
import { nameOf } from "../catalogue/lock-names.ts";
import type { RaceGuide } from "../record/race-guide.ts";
import type { RunViolation } from "../record/run-record.ts";
import { violationSentences } from "../record/violation-kinds.ts";
import { RING_STRIDE } from "./arena-map.ts";
import type { ArenaMap } from "./protocol.ts";
import type { Stuck } from "./watchdog.ts";
import { worldEvents } from "./world-events.ts";

/** Events of the world that a report shows, a task. */
const EVENTS_SHOWN = 12;

/** Turns what is in the arena into violations with names. The door has to be bound to the arena. */
export class ViolationReader {
  readonly #view: Int32Array;
  readonly #map: ArenaMap;
  readonly #names: readonly string[];
  readonly #recorder: boolean;

  constructor(view: Int32Array, map: ArenaMap, names: readonly string[], recorder: boolean) {
    this.#view = view;
    this.#map = map;
    this.#names = names;
    this.#recorder = recorder;
  }

  /** How many were reported, kept or not. */
  count(): number {
    return look(this.#view, CONTROL.VIOLATIONS);
  }

  /** The violations that the tasks reported, in order. */
  all(): RunViolation[] {
    const kept = Math.min(this.count(), VIOLATION.KEPT);
    return Array.from({ length: kept }, (_, slot) =>
      this.#entry(this.#map.violations + slot * VIOLATION.WORDS),
    );
  }

  #entry(entry: number): RunViolation {
    const kind = violationKinds[peek(entry + VIOLATION.KIND)] ?? "none";
    const world = peek(entry + VIOLATION.WORLD);
    const address = peek(entry + VIOLATION.OBJECT);
    const value = peek(entry + VIOLATION.VALUE);
    const object = address === 0 ? null : nameOf(this.#heap(world), address);
    const task = this.#name(peek(entry + VIOLATION.TASK));
    const other = this.#name(peek(entry + VIOLATION.OTHER) - 1);
    const batch = peek(entry + VIOLATION.BATCH);
    return this.#violation(kind, { world, batch }, { task, other, object, value });
  }

  /** A standing cycle, or a wait that nobody is left to end. */
  stuck(found: Stuck): RunViolation {
    const first = found.waits[0];
    const waits = found.waits.map((wait) => ({
      task: this.#name(wait.task) ?? `task ${wait.task}`,
      waitsFor: nameOf(this.#heap(this.#worldOf(wait.task)), wait.lock),
      heldBy: this.#name(wait.owner) ?? (wait.held ? "its readers" : null),
    }));
    const task = waits[0]?.task ?? null;
    return {
      ...this.#violation(found.kind, this.#placeOf(first?.task ?? 0), {
        task,
        other: waits[1]?.task ?? null,
        object: waits[0]?.waitsFor ?? null,
        value: 0,
      }),
      waits,
    };
  }

  /** A worker that is gone, with the locks that its task still owns in its world. */
  died(task: number, reason: string): RunViolation {
    const world = this.#worldOf(task);
    const held = this.#heldBy(task, world);
    const violation = this.#violation("worker-died", this.#placeOf(task), {
      task: this.#name(task),
      other: null,
      object: null,
      value: 0,
    });
    return {
      ...violation,
      held,
      message: `${violation.message}: ${reason}; it held ${held.join(", ") || "no lock"}`,
    };
  }

  /** A task that came back neither from its work nor from being told to stop. */
  unresponsive(task: number): RunViolation {
    return this.#violation("livelock", this.#placeOf(task), {
      task: this.#name(task),
      other: null,
      object: null,
      value: 0,
    });
  }

  #violation(
    kind: ViolationKind,
    place: { readonly world: number; readonly batch: number },
    facts: Pick<RunViolation, "task" | "other" | "object" | "value">,
  ): RunViolation {
    const { world, batch } = place;
    const sentence = kind === "none" ? "" : violationSentences[kind];
    return {
      kind,
      message: sentence,
      world,
      waits: [],
      held: [],
      events: this.#events(world, batch),
      ...facts,
    };
  }

  #heap(world: number): number {
    return this.#map.worlds + Math.max(0, world) * this.#map.worldWords;
  }

  #worldOf(task: number): number {
    return look(this.#view, this.#map.tasks + task * TASK_WORDS + TASK.WORLD);
  }

  #name(task: number): string | null {
    return this.#names[task] ?? null;
  }

  #heldBy(task: number, world: number): string[] {
    const heap = this.#heap(world);
    const held: string[] = [];
    for (const object of objectsOf(heap)) {
      for (const field of layoutOf(object)?.fields ?? []) {
        if (!/(^|\.)owner$/.test(field.name)) continue;
        const word = peek(object + field.at);
        const sleeping = ownerTask(word) === task;
        const spinning = word === task + 1 && /Lock\.owner$/.test(field.name);
        if (sleeping || spinning) held.push(nameOf(heap, object + field.at));
      }
    }
    return held;
  }

  /** What is known of the world of the first violation: reported by a task, or `stuck` as an onlooker saw it. */
  guide(stuck: Stuck | undefined): RaceGuide | undefined {
    const entry = this.#map.violations;
    const [first] = stuck?.waits ?? [];
    if (this.count() > 0) {
      const kind = violationKinds[peek(entry + VIOLATION.KIND)] ?? "none";
      return this.#guideOf(kind, peek(entry + VIOLATION.WORLD), peek(entry + VIOLATION.BATCH));
    }
    if (stuck === undefined || first === undefined) return undefined;
    return this.#guideOf(stuck.kind, this.#worldOf(first.task), this.#batchOf(first.task));
  }

  #guideOf(kind: ViolationKind, world: number, batch: number): RaceGuide {
    const heap = this.#heap(world);
    const tasks = this.#names.map((_, task) => {
      const ring = this.#recorder ? worldEvents(this.#view, this.#ring(task), world, batch) : undefined;
      if (ring === undefined) return null;
      return {
        left: ring.left,
        events: ring.events.map((event) => ({ ...event, object: event.object - heap })),
      };
    });
    return { kind, tasks };
  }

  #ring(task: number): number {
    return this.#map.rings + task * RING_STRIDE;
  }

  #placeOf(task: number): { world: number; batch: number } {
    return { world: this.#worldOf(task), batch: this.#batchOf(task) };
  }

  #batchOf(task: number): number {
    return look(this.#view, this.#map.tasks + task * TASK_WORDS + TASK.BATCH);
  }

  #events(world: number, batch: number): RunViolation["events"] {
    if (!this.#recorder) return [];
    const heap = this.#heap(world);
    return this.#names.flatMap((task, index) => {
      const { events } = worldEvents(this.#view, this.#ring(index), world, batch) ?? { events: [] };
      return events.slice(-EVENTS_SHOWN).map(({ event, object, value }) => ({
        task,
        event: eventKinds[event] ?? "none",
        object: nameOf(heap, object),
        // Of how a lock was taken a report shows whether it was, or had to wait.
        value: event === EVENT.LOCK || event === EVENT.TRYLOCK ? value & 1 : value,
      }));
    });
  }
}
