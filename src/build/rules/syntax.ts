import type { Node } from "oxc-parser";
import { isRelative } from "../analysis/resolver.ts";
import { isGenerator } from "../analysis/returns.ts";
import { walk } from "../walk.ts";
import { quote, type Rule, type RuleContext } from "./violation.ts";

/** Only the door stops: a `yield` of its own means nothing once the stars are gone. */
export const noBareYield: Rule = (node, { module, report }) => {
  if (node.type !== "YieldExpression" || node.delegate || module.role === "door") return;
  report(
    node.start,
    "a `yield` without a star: only the memory door may stop a task",
    "`yield* f(…)`, with `f` one of the door's functions (`load`, `store`, `cpuRelax`, …)",
  );
};

/** A stepped function cannot be asynchronous as well. */
export const noAsyncGenerators: Rule = (node, { module, report }) => {
  if (!isGenerator(node) || !("async" in node) || !node.async) return;
  const holder = module.parentOf(node);
  const at =
    holder && (holder.type === "MethodDefinition" || (holder.type === "Property" && holder.method))
      ? holder
      : node;
  report(
    at.start,
    "an asynchronous generator: a stepped function may not wait for promises",
    "`function*` without `async`",
  );
};

/** Code made from text at run time is code the eraser has not seen. */
export const noCodeFromText: Rule = (node, { module, report }) => {
  if (node.type !== "CallExpression" && node.type !== "NewExpression") return;
  if (node.callee.type !== "Identifier" || module.scopes.bindingOf(node.callee)) return;
  const { name } = node.callee;
  if (name !== "eval" && name !== "Function") return;
  report(node.start, `\`${name}\` makes code that cannot be erased`, "the code as it is, in this file");
};

/** What a dynamic import brings in cannot be told apart into stepped and not. */
export const noDynamicImport: Rule = (node, { module, report }) => {
  if (node.type !== "ImportExpression") return;
  const { source } = node;
  const fixed = source.type === "Literal" && typeof source.value === "string" ? source.value : undefined;
  if (fixed !== undefined && !isRelative(fixed) && !/^(?:#|refzero(?:\/|$))/.test(fixed)) return;
  report(
    node.start,
    "`import()` of a module whose stepped functions cannot be seen",
    `\`import … from ${fixed === undefined ? '"./file.ts"' : quote(module, source.start, source.end)};\` at the top`,
  );
};

/** An iterator made by hand is called by the language itself, which gets a generator from a stepped `next`. */
export const noSteppedIterators: Rule = (node, context) => {
  const { module, report } = context;
  if (node.type !== "Property" && node.type !== "MethodDefinition") return;
  if (!isGenerator(node.value) || node.computed) return;
  const name = quote(module, node.key.start, node.key.end);
  if (!["next", "return", "throw"].includes(name) || !makesIterators(context)) return;
  report(
    node.start,
    `the language itself calls \`${name}\` of an iterator`,
    `a plain function as \`${name}\``,
  );
};

function makesIterators({ module }: RuleContext): boolean {
  let found = false;
  walk(module.program, (node: Node) => {
    if (
      node.type === "MemberExpression" &&
      node.object.type === "Identifier" &&
      node.object.name === "Symbol"
    ) {
      found ||= /terator$/.test(quote(module, node.property.start, node.property.end));
    }
  });
  return found;
}
