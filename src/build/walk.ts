import { type Node, visitorKeys } from "oxc-parser";

/** One child node and the key it hangs on. */
interface Child {
  readonly key: string;
  readonly child: Node;
}

/** The child nodes of a node, in source order. */
export function children(node: Node): Child[] {
  const fields = node as unknown as Record<string, Node | null | undefined | (Node | null)[]>;
  const found: Child[] = [];
  for (const key of visitorKeys[node.type] ?? []) {
    const value = fields[key];
    if (Array.isArray(value)) {
      for (const child of value) if (child) found.push({ key, child });
    } else if (value) found.push({ key, child: value });
  }
  return found;
}

/** Calls `enter` for a node and everything below it, parents first; `ancestors` ends with the parent. */
export function walk(root: Node, enter: (node: Node, ancestors: readonly Node[]) => void): void {
  const ancestors: Node[] = [];
  const visit = (node: Node): void => {
    enter(node, ancestors);
    ancestors.push(node);
    for (const { child } of children(node)) visit(child);
    ancestors.pop();
  };
  visit(root);
}
