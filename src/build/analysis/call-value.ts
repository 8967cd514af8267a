import type { Node } from "oxc-parser";
import type { Evaluator } from "./evaluate.ts";
import { memberOf } from "./members.ts";
import type { ModuleFacts } from "./module.ts";
import { keyName } from "./pattern.ts";
import { unknown, type Value } from "./value.ts";

const onesOfList = new Set("at find findLast pop shift".split(" "));
const partsOfList = new Set("filter slice concat reverse toReversed sort toSorted values".split(" "));

/** What a call gives when its callee is `callee`. */
export function callValue(
  callee: Value,
  call: Extract<Node, { type: "CallExpression" }>,
  module: ModuleFacts,
  evaluator: Evaluator,
): Value {
  const [first] = call.arguments;
  if (call.callee.type === "MemberExpression") {
    const list = evaluator.valueOf(call.callee.object, module);
    const picked = fromList(list, keyName(call.callee.property, call.callee.computed));
    if (picked) return picked;
  }
  if (callee.kind === "global" && first && first.type !== "SpreadElement") {
    return ofObjectFunction(callee.name, evaluator.valueOf(first, module), module, evaluator);
  }
  if ((callee.kind === "stepped" || callee.kind === "plain") && callee.site) {
    return evaluator.returns(callee.site);
  }
  return callee.kind === "foreign" ? callee : unknown;
}

/** What a list's own method gives back, where that is its elements. */
function fromList(list: Value, method: string | undefined): Value | undefined {
  if (list.kind !== "collection" || list.keyed || method === undefined) return undefined;
  return onesOfList.has(method) ? list.element : partsOfList.has(method) ? list : undefined;
}

function ofObjectFunction(name: string, argument: Value, module: ModuleFacts, evaluator: Evaluator): Value {
  if (/^Object\.(?:freeze|seal|preventExtensions)$/.test(name)) return argument;
  if (name !== "Object.values" && name !== "Object.entries") return unknown;
  const element = memberOf(argument, undefined, module, evaluator);
  const values: Value = { kind: "collection", keyed: false, element };
  return name === "Object.values" ? values : { kind: "collection", keyed: false, element: values };
}
