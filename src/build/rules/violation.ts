import type { Node } from "oxc-parser";
import type { Evaluator } from "../analysis/evaluate.ts";
import type { ModuleFacts } from "../analysis/module.ts";

/** One place where erasing the stars would change the program. Line and column count from 1. */
export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** What is wrong, as a clause. */
  readonly what: string;
  /** The form to write instead; reads on after the word "write". */
  readonly correct: string;
}

/** What a rule is given: the module, what is known of its values, and where to report. */
export interface RuleContext {
  readonly module: ModuleFacts;
  readonly evaluator: Evaluator;
  /** `at` is a UTF-16 offset of the module's text. */
  report(at: number, what: string, correct: string): void;
}

/** What is wrong, and the form to write instead. */
export type Problem = readonly [what: string, correct: string];

/** How a report speaks of the stepped function it is about. */
export interface Subject {
  readonly name: string;
  readonly call: string;
}

/** A check of one node; called for every node of a module, parents first. */
export type Rule = (node: Node, context: RuleContext) => void;

/** A piece of the author's text for a message: on one line, and not too long. */
export function quote({ source }: ModuleFacts, start: number, end: number): string {
  const text = source.slice(start, end).replaceAll(/\s+/g, " ").trim();
  return text.length > 48 ? `${text.slice(0, 47)}…` : text;
}

/** A call in a message: the callee's own text, arguments left out unless there are none. */
export function quoteCall(
  module: ModuleFacts,
  call: Node & { callee: Node; arguments: readonly Node[] },
): string {
  return `${quote(module, call.callee.start, call.callee.end)}(${call.arguments.length > 0 ? "…" : ""})`;
}
