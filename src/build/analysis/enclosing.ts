import type { Node } from "oxc-parser";
import type { ModuleFacts } from "./module.ts";
import { type FunctionNode, isFunction } from "./returns.ts";
import { unknown, type Value } from "./value.ts";

/**
 * The function whose body (or parameters) a node runs in; nothing for module code, class fields and static
 * blocks, which run when the module or the object is made.
 */
export function enclosingFunction(node: Node, module: ModuleFacts): FunctionNode | undefined {
  let inner = node;
  for (let outer = module.parentOf(node); outer; outer = module.parentOf(outer)) {
    if (isFunction(outer)) return outer;
    // A computed key runs outside the class, its value inside.
    if ((outer.type === "PropertyDefinition" && outer.value === inner) || outer.type === "StaticBlock")
      return undefined;
    inner = outer;
  }
  return undefined;
}

/** What `this` (or the home object of `super`) is at a node: an instance, a class, an object literal. */
export function nearestThis(node: Node, module: ModuleFacts): Value {
  let inner = node;
  for (let outer = module.parentOf(node); outer; outer = module.parentOf(outer)) {
    if (outer.type === "PropertyDefinition" && outer.value === inner)
      return ofClass(outer, outer.static, module);
    if (outer.type === "StaticBlock") return ofClass(outer, true, module);
    if (isFunction(outer) && outer.type !== "ArrowFunctionExpression") {
      const holder = module.parentOf(outer);
      if (holder?.type === "MethodDefinition" || holder?.type === "PropertyDefinition") {
        return ofClass(holder, holder.static, module);
      }
      const literal = holder && module.parentOf(holder);
      if (holder?.type === "Property" && literal?.type === "ObjectExpression") {
        return { kind: "object", site: { node: literal, module } };
      }
      return unknown;
    }
    inner = outer;
  }
  return unknown;
}

function ofClass(member: Node, isStatic: boolean, module: ModuleFacts): Value {
  const body = module.parentOf(member);
  const node = body && module.parentOf(body);
  return node ? { kind: isStatic ? "class" : "instance", site: { node, module } } : unknown;
}
