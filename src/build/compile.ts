import { erase } from "./erase.ts";
import { parseModule } from "./parse.ts";
import { rewriteSpecifiers } from "./specifiers.ts";
import { strip } from "./strip.ts";

/**
 * The stepped (or only) build of one module: types stripped, relative `.ts` specifiers pointed at `.js`.
 *
 * @throws UsageError as `strip` does.
 */
export function strippedModule(source: string, file: string): string {
  const code = strip(source, file);
  return rewriteSpecifiers(code, parseModule(code, file));
}

/**
 * The blocking build of one module: as the stepped one, stars erased.
 *
 * @throws UsageError as `strip` and `erase` do.
 */
export function erasedModule(source: string, file: string): string {
  return erase(strippedModule(source, file), file);
}

export function checkTree(_root: string, _folders: string[]): string[] {
  return [];
}
