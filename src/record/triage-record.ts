/** What `refzero triage` says of a report. */
export type TriageVerdict = "real" | "spurious" | "unknown";

/** Where a dependency comes from. */
export type EdgeOrigin = "boot priming" | "init only" | "run time" | "not shown";

/** A dependency of the report: `to` was taken with `from` held. */
export interface TriageEdge {
  readonly from: string;
  readonly to: string;
  readonly origin: EdgeOrigin;
  /** Functions of the path, the innermost first; no addresses. */
  readonly path: readonly string[];
  /** The one that closed the cycle. */
  readonly isNew: boolean;
}

/** Something that lockdep cannot know and that matters for this report. */
export interface TriageFact {
  /** The rule it comes from, as `--assume` names it: `exclusive:reservation_ww_class_mutex@drm_gem_shmem_free`. */
  readonly rule: string;
  /** One sentence. */
  readonly says: string;
  /** Where the rule comes from: file and function in the kernel, or the command line. */
  readonly source: string;
  /** What breaks if it is wrong. */
  readonly ifWrong: string;
  /** `certain`: a named rule; `possible`: it may be so, and the log does not say; `assumed`: the user says so. */
  readonly standing: "certain" | "possible" | "assumed";
}

/** What is so if a fact is, or is not. */
export interface TriageOutcome {
  readonly fact: string;
  readonly holds: TriageVerdict;
  readonly fails: TriageVerdict;
}

/** The interleaving that deadlocks, as found by exploring the model. */
export interface TriageWitness {
  readonly steps: number;
  readonly preemptions: number;
  /** Columns a task, as text. */
  readonly text: string;
}

/** One report of a log, judged. */
export interface TriageReport {
  readonly kind: string;
  readonly title: string;
  readonly lines: { readonly first: number; readonly last: number };
  readonly kernel: string | null;
  /** `comm/pid` of the reporting task. */
  readonly tasks: readonly string[];
  /** Classes, as printed: of a circular report in dependency order. */
  readonly locks: readonly string[];
  /** The class held and the one wanted. */
  readonly newEdge: readonly [string, string] | null;
  readonly sameInstance: boolean | null;
  readonly heldCount: number | null;
  readonly heldSeen: number;
  readonly chainLength: number | null;
  readonly edges: readonly TriageEdge[];
  readonly complete: boolean;
  readonly missing: readonly string[];
  readonly verdict: TriageVerdict;
  /** Where it is real only in some configuration. */
  readonly condition: string | null;
  readonly facts: readonly TriageFact[];
  /** For `unknown`: the facts that decide. */
  readonly outcomes: readonly TriageOutcome[];
  readonly why: string;
  /** What the model is, a line a task; empty where there is nothing to schedule. */
  readonly model: readonly string[];
  witness: TriageWitness | null;
}

/** What was found in one file. */
export interface TriageFile {
  readonly file: string;
  readonly reports: readonly TriageReport[];
}
