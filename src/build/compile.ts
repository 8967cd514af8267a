import { bindImports, type IsConstant, isOwnModule } from "./bind-imports.ts";
import { erase } from "./erase.ts";
import { rewriteSpecifiers } from "./specifiers.ts";
import { strip } from "./strip.ts";

/** Both builds of one module, of the same lines as its source, and of the same columns but on lines of imports. */
export interface Compiled {
  /** Types stripped. */
  readonly stepped: string;
  /** Types stripped, stars erased, and imports of constant modules bound (see bind-imports.ts). */
  readonly blocking: string;
}

/**
 * Builds one module, with relative `.ts` specifiers pointed at the built `.js`.
 *
 * @throws UsageError BAD_SCENARIO_FILE as `strip` does; UsageError UNERASABLE as `erase` does.
 */
export function compile(source: string, file: string, isConstant: IsConstant = isOwnModule): Compiled {
  const { code, program } = strip(source, file);
  const erased = rewriteSpecifiers(erase(code, file, program), program);
  return { stepped: rewriteSpecifiers(code, program), blocking: bindImports(erased, file, isConstant) };
}

/**
 * Builds one module that exists once and whose generators are real ones.
 *
 * @throws UsageError BAD_SCENARIO_FILE as `strip` does.
 */
export function compileOnce(source: string, file: string): string {
  const { code, program } = strip(source, file);
  return rewriteSpecifiers(code, program);
}
