import type { Node } from "oxc-parser";
import { calledFunctions } from "../analysis/flow.ts";
import { isFunction, isGenerator } from "../analysis/returns.ts";
import type { Binding } from "../analysis/scope.ts";
import { callability } from "../analysis/value.ts";
import type { Rule } from "./violation.ts";

/** A name that holds a stepped function keeps holding it. */
export const steppedNamesStay: Rule = (node, { module, evaluator, report }) => {
  const binding = module.scopes.bindingOf(node);
  if (binding?.id !== node || binding.writes.length === 0) return;
  const declared = declaredValue(binding);
  if (!declared || callability(evaluator.valueOf(declared, module)).is !== "stepped") return;
  for (const write of binding.writes) {
    report(
      write.start,
      `stepped \`${binding.name}\` is assigned again, so its calls cannot be told apart`,
      "a `const` or a `function*` of another name",
    );
  }
};

function declaredValue({ kind, owner }: Binding): Node | null | undefined {
  if (kind === "function") return isGenerator(owner) ? owner : undefined;
  return owner.type === "VariableDeclarator" ? owner.init : undefined;
}

/** A parameter that gets a stepped function from one call gets one from every call. */
export const parametersAgree: Rule = (node, { module, evaluator, report }) => {
  if (node.type !== "CallExpression" && node.type !== "NewExpression") return;
  const functions = calledFunctions(evaluator.valueOf(node.callee, module));
  for (const [index, argument] of node.arguments.entries()) {
    if (argument.type === "SpreadElement") return;
    const stepped = functions.some((target) => {
      const parameter = isFunction(target) ? target.params[index] : undefined;
      return parameter?.type === "Identifier" && evaluator.parameterIsStepped(target, index);
    });
    if (!stepped || callability(evaluator.valueOf(argument, module)).is !== "plain") continue;
    report(
      argument.start,
      "a plain function is passed where stepped ones are expected",
      "it with a star: `function* () { … }`",
    );
  }
};

/** `await` and `import()` call an export of this name by themselves. */
export const noSteppedThen: Rule = (node, { module, evaluator, report }) => {
  if (node.type !== "Program") return;
  const exported = module.exports.get("then");
  if (!exported || !("node" in exported)) return;
  if (callability(evaluator.valueOf(exported.node, module)).is !== "stepped") return;
  report(
    exported.node.start,
    "a stepped function is exported as `then`, which `import()` calls",
    "another name",
  );
};
