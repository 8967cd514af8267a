import type { Node, Program } from "oxc-parser";
import { UsageError } from "../record/usage-error.ts";
import { positions } from "./position.ts";
import { walk } from "./walk.ts";

// What TypeScript adds to JavaScript besides types. It needs code to be generated, and generated code would
// not be the code the author reads in a witness. Decorators are no types either, and Node has none.
const reasons: Partial<Record<Node["type"], string>> = {
  TSEnumDeclaration: "an enum is more than types and cannot be stripped; use a `const` object `as const`",
  TSModuleDeclaration: "a namespace is more than types and cannot be stripped; use a module of its own",
  TSParameterProperty: "a parameter property is more than types; declare the field and assign it",
  TSImportEqualsDeclaration: "`import =` is more than types; use `import … from`",
  TSExportAssignment: "`export =` is more than types; use `export default`",
  TSTypeAssertion: "a `<T>value` assertion cannot be stripped; write `value as T`",
  Decorator: "decorators are not supported",
};

/**
 * Refuses TypeScript that type stripping cannot turn into JavaScript; `declare`d things are types and pass.
 *
 * @throws UsageError BAD_SCENARIO_FILE at the first such construct.
 */
export function unsupportedSyntax(program: Program, source: string, file: string): void {
  walk(program, (node, ancestors) => {
    const reason = reasons[node.type];
    if (reason === undefined || [...ancestors, node].some((outer) => "declare" in outer && outer.declare))
      return;
    const { line, column } = positions(source)(node.start);
    throw new UsageError("BAD_SCENARIO_FILE", { file, line, column, reason });
  });
}
