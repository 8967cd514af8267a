import { extname } from "node:path";
import { type Program, parseSync } from "oxc-parser";
import { UsageError } from "../record/usage-error.ts";
import { positions } from "./position.ts";

/**
 * Parses one module (always an ES module, whatever the extension) without nodes for parentheses.
 * Offsets in the tree count UTF-16 code units of `source`.
 *
 * `language` is `ts` for text that still has its types; the default is JavaScript. `early` adds the early
 * errors of the language: a name declared twice, an export that does not exist, a misplaced `yield`.
 *
 * @throws UsageError BAD_SCENARIO_FILE with line and column when the text is no valid module.
 */
export function parseModule(
  source: string,
  file: string,
  language: "js" | "ts" = "js",
  // Names are judged once the types are gone: the types' own names would confuse that pass.
  early: boolean = language === "js",
): Program {
  const result = parseSync(`module.${language}`, source, {
    lang: language,
    sourceType: "module",
    astType: language,
    preserveParens: false,
    showSemanticErrors: early,
  });
  const error = result.errors.find(({ severity }) => severity === "Error");
  if (error === undefined) return result.program;
  const { line, column } = positions(source)(error.labels[0]?.start ?? 0);
  throw new UsageError("BAD_SCENARIO_FILE", { file, line, column, reason: `syntax error: ${error.message}` });
}

/** Whether a file's text has types to strip, by its extension (`.ts`, `.mts`). */
export function isTypeScript(file: string): boolean {
  return [".ts", ".mts"].includes(extname(file));
}
