import type { LockdepMode, TraceEvent, TraceHeader } from "../record/lock-trace.ts";
import {
  counts,
  type LockdepGraph,
  type LockdepReport,
  type LockdepStats,
  type TracePlace,
} from "../record/lockdep-record.ts";
import type { LockClass } from "./classes.ts";
import { Engine } from "./engine.ts";
import { Evidence } from "./evidence.ts";
import { judge, type Uncovered, uncovered } from "./exact.ts";
import type { Finding, Task } from "./held.ts";
import { Lifetimes } from "./lifetimes.ts";
import { Operations } from "./operations.ts";
import { prime } from "./priming.ts";
import { type Sink, viewOfHeld } from "./sink.ts";
import { graphOf, statsOf } from "./statistics.ts";
import { World } from "./world.ts";

/** Reports that are kept; a trace that makes more has told enough. */
const MOST_REPORTS = 1000;

/**
 * Validates events one by one: those of a trace file, or those that an engine hands over while it runs. In kernel mode
 * nothing is checked after the first report.
 */
export class Validator implements Sink {
  readonly mode: LockdepMode;
  readonly #world = new World();
  readonly #evidence: Evidence | undefined;
  readonly #engine: Engine;
  readonly #operations: Operations;
  readonly #reports: LockdepReport[] = [];
  readonly #cycles = new Map<LockdepReport, readonly LockClass[]>();
  readonly #known = new Set<string>();
  #line = 0;
  #finished = false;
  /** Events that were told. */
  events = 0;
  stopped = false;
  searches = 0;

  constructor(mode: LockdepMode = "kernel", priming: TraceHeader["prime"] = []) {
    this.mode = mode;
    this.#evidence = mode === "exact" ? new Evidence() : undefined;
    this.#engine = new Engine(this, this.#evidence);
    this.#operations = new Operations(this, this.#world, this.#engine, this.#evidence, new Lifetimes());
    for (const rule of priming) prime(rule, this.#engine, this.#evidence, this.#world);
  }

  /** Takes the next event. `line` is its line in a file, if it comes from one. */
  event(event: TraceEvent, line: number = this.events + 2): void {
    this.events++;
    if (this.stopped) return;
    this.#line = line;
    this.#engine.event = this.events;
    this.#operations.apply(event);
  }

  /** The reports so far, in the order of the trace. Verdicts are there after `finish`. */
  reports(): readonly LockdepReport[] {
    return this.#reports;
  }

  /** No more events will come: exact mode judges its reports by the whole trace. */
  finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#judge();
  }

  /** What was seen so far says nothing about what comes: it is judged now. */
  forgetting(): void {
    this.#judge();
    this.#known.clear();
  }

  #judge(): void {
    const evidence = this.#evidence;
    if (evidence === undefined) return;
    const counted: (readonly LockClass[])[] = [];
    for (const [report, cycle] of this.#cycles) {
      Object.assign(report, judge(evidence, cycle));
      if (counts(report)) counted.push(cycle);
    }
    this.#cycles.clear();
    for (const found of uncovered(evidence, counted)) this.#addUncovered(found);
  }

  #addUncovered({ classes, judgement, event, task }: Uncovered): void {
    const names = classes.map(({ name }) => name);
    this.#add({
      kind: names.length > 1 ? "circular" : "recursive-locking",
      event,
      line: event + 1,
      task,
      classes: names,
      chain: [],
      path: [],
      held: [],
      message: `${[...names, names[0]].join(" -> ")} is a cycle of its own, beside one that cannot close`,
      ...judgement,
    });
  }

  /** What lockdep_stats shows. */
  stats(): LockdepStats {
    return statsOf(this.#engine, this.#world, this.searches);
  }

  /** The dependency graph. */
  graph(): LockdepGraph {
    return graphOf(this.#engine.classes.all);
  }

  report(task: Task, finding: Finding): void {
    const { cycle, ...rest } = finding;
    if (this.mode === "kernel") this.stopped = true;
    else if (!this.#isNew(finding)) return;
    const held = task.held.slice(0, task.depth).map((entry) => viewOfHeld(task, entry));
    const here = { event: this.events, line: this.#line, task: task.name, held };
    const report: LockdepReport = { chain: [], path: [], ...rest, ...here };
    this.#add(report);
    if (cycle !== undefined) this.#cycles.set(report, cycle);
  }

  place(task: Task, ip: string): TracePlace {
    return { event: this.events, task: task.name, ip };
  }

  /** One report a cycle, whichever of its dependencies is seen again; of the rest one for the same classes. */
  #isNew({ kind, classes, cycle }: Finding): boolean {
    const key = `${kind} ${(cycle === undefined ? [...classes] : [...classes].sort()).join("\0")}`;
    if (this.#known.has(key)) return false;
    this.#known.add(key);
    return true;
  }

  #add(report: LockdepReport): void {
    if (this.#reports.length < MOST_REPORTS) this.#reports.push(report);
  }
}
