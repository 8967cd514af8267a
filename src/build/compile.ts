import { erase } from "./erase.ts";
import { rewriteSpecifiers } from "./specifiers.ts";
import { strip } from "./strip.ts";

/** Both builds of one module, of the same length, lines and columns as its source. */
export interface Compiled {
  /** Types stripped. */
  readonly stepped: string;
  /** Types stripped and stars erased; the same text where there are no stars. */
  readonly blocking: string;
}

/**
 * Builds one module, with relative `.ts` specifiers pointed at the built `.js`.
 *
 * @throws UsageError BAD_SCENARIO_FILE as `strip` does; UsageError UNERASABLE as `erase` does.
 */
export function compile(source: string, file: string): Compiled {
  const { code, program } = strip(source, file);
  return {
    stepped: rewriteSpecifiers(code, program),
    blocking: rewriteSpecifiers(erase(code, file, program), program),
  };
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
