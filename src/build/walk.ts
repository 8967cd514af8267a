import { type Node, visitorKeys } from "oxc-parser";

/** The child nodes of a node, in source order, each with the key it hangs on. */
export function* children(node: Node): Generator<{ readonly key: string; readonly child: Node }> {
  const fields = node as unknown as Record<string, Node | null | undefined | (Node | null)[]>;
  for (const key of visitorKeys[node.type] ?? []) {
    const value = fields[key];
    if (Array.isArray(value)) {
      for (const child of value) if (child) yield { key, child };
    } else if (value) yield { key, child: value };
  }
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
