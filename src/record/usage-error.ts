import { closest, distance } from "fastest-levenshtein";

/** The facts behind each kind of usage error. Every message is made from these in one place. */
export interface UsageErrorFacts {
  UNKNOWN_SCENARIO: { name: string; allowed: readonly string[] };
  UNKNOWN_PATH: { name: string; allowed: readonly string[] };
  UNKNOWN_PARAMETER: { scenario: string; key: string; allowed: readonly string[] };
  BAD_PARAMETER: {
    scenario: string;
    key: string;
    value: string;
    allowed: string;
    choices?: readonly string[];
  };
  BAD_OPTION: { option: string; value: string; allowed: string; choices?: readonly string[] };
  NO_SUCH_FILE: { file: string; reason: string };
  BAD_SCENARIO_FILE: { file: string; line?: number; column?: number; reason: string };
  UNERASABLE: { file: string; line: number; column: number; what: string; correct: string };
  CANNOT_WRITE: { file: string; reason: string };
  ARENA_TOO_SMALL: { asked: string; left: string; size: string; hint: string };
  UNSUPPORTED: { what: string; allowed: string };
  /** A file that refzero wrote once, or should have. */
  BAD_FILE: { file: string; reason: string };
  /** A line of a lock trace. */
  BAD_TRACE: { file: string; line: number; reason: string };
  /** A schedule that no longer fits the code. */
  MISFIT: { file: string; step: number; steps: number; reason: string };
  NONDETERMINISTIC: { scenario: string; step: number; task: string };
}

/** The code of a usage error; one template a code. */
export type UsageErrorCode = keyof UsageErrorFacts;

const place = (file: string, line?: number, column?: number): string =>
  line === undefined ? file : `${file}:${line}:${column ?? 1}`;

const templates: { [C in UsageErrorCode]: (facts: UsageErrorFacts[C]) => string } = {
  UNKNOWN_SCENARIO: ({ name, allowed }) =>
    `no scenario '${name}'${didYouMean(name, allowed)} \`refzero list\` shows all.`,
  UNKNOWN_PATH: ({ name, allowed }) =>
    `no lock path '${name}'${didYouMean(name, allowed)} \`refzero bench --list\` shows all.`,
  UNKNOWN_PARAMETER: ({ scenario, key, allowed }) =>
    allowed.length === 0
      ? `${scenario} has no parameter '${key}'; it takes none.`
      : `${scenario} has no parameter '${key}'${didYouMean(key, allowed)} Allowed: ${allowed.join(", ")}.`,
  BAD_PARAMETER: ({ scenario, key, value, allowed, choices }) =>
    `${scenario}: parameter ${key} cannot be '${value}'${didYouMean(value, choices ?? [])} Allowed: ${allowed}.`,
  BAD_OPTION: ({ option, value, allowed, choices }) =>
    `${option} cannot be '${value}'${didYouMean(value, choices ?? [])} Allowed: ${allowed}.`,
  NO_SUCH_FILE: ({ file, reason }) => `cannot read '${file}': ${reason}.`,
  BAD_SCENARIO_FILE: ({ file, line, column, reason }) => `${place(file, line, column)}: ${reason}`,
  UNERASABLE: ({ file, line, column, what, correct }) =>
    `${place(file, line, column)}: ${what}; write ${correct}`,
  CANNOT_WRITE: ({ file, reason }) => `cannot write '${file}': ${reason}.`,
  ARENA_TOO_SMALL: ({ asked, left, size, hint }) =>
    `arena too small: asked for ${asked}, ${left} left of ${size}. ${hint}`,
  UNSUPPORTED: ({ what, allowed }) => `${what}. Allowed: ${allowed}.`,
  BAD_FILE: ({ file, reason }) => `cannot use '${file}': ${reason}.`,
  BAD_TRACE: ({ file, line, reason }) => `${file}:${line}: ${reason}.`,
  MISFIT: ({ file, step, steps, reason }) =>
    `${file} no longer fits: at step ${step} of ${steps} ${reason}. Find it anew with explore or race.`,
  NONDETERMINISTIC: ({ scenario, step, task }) =>
    `${scenario} is not deterministic: the same schedule led ${task} elsewhere at step ${step}. Allowed: no Date.now, no Math.random, no state outside the arena, no shared word read other than by a step.`,
};

function didYouMean(word: string, allowed: readonly string[]): string {
  const nearest = allowed.length > 0 ? closest(word, [...allowed]) : "";
  // Something altogether different is no slip of the finger.
  const near = nearest !== "" && distance(word, nearest) <= Math.max(2, nearest.length / 2);
  return near ? `; did you mean ${nearest}?` : ".";
}

/** What a file holds is shown, and does nothing to the terminal. */
function oneLine(text: string): string {
  const shown = (control: string): string => `\\x${control.charCodeAt(0).toString(16).padStart(2, "0")}`;
  return text.replaceAll(/\s*[\r\n]+\s*/g, " ").replaceAll(/\p{Cc}/gu, shown);
}

/**
 * Bad input from the user, as data. The command line prints `refzero: ` and the message on one line and
 * exits with status 2; anything else that is thrown is a bug of ours.
 */
export class UsageError<C extends UsageErrorCode = UsageErrorCode> extends Error {
  override readonly name = "UsageError";
  readonly code: C;
  readonly facts: UsageErrorFacts[C];

  constructor(code: C, facts: UsageErrorFacts[C]) {
    super(oneLine(templates[code](facts)));
    this.code = code;
    this.facts = facts;
  }
}
