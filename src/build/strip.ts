import { transformSync } from "@swc/wasm-typescript";
import type { Program } from "oxc-parser";
import { UsageError } from "../record/usage-error.ts";
import { isTypeScript, parseModule } from "./parse.ts";
import { unsupportedSyntax } from "./unsupported.ts";

/** A module with its types blanked out, and what was parsed on the way. */
export interface Stripped {
  /** As long as the source, character for character at the same offset. */
  readonly code: string;
  /** The tree of `code`. */
  readonly program: Program;
  /** The tree of the source, with its types. */
  readonly typed: Program;
}

/**
 * Takes the types out of a TypeScript module and leaves blanks in their place, so that every line, column
 * and UTF-16 offset of what remains stays the same. JavaScript comes back as it is. Either way the result
 * has been parsed and is a valid module.
 *
 * @throws UsageError BAD_SCENARIO_FILE with line and column, for a syntax error and for the parts of
 * TypeScript that are more than types (enums, namespaces, parameter properties, `import =`).
 */
export function strip(source: string, file: string): Stripped {
  if (!isTypeScript(file)) {
    const program = parseModule(source, file);
    unsupportedSyntax(program, source, file);
    return { code: source, program, typed: program };
  }
  const typed = parseModule(source, file, "ts");
  unsupportedSyntax(typed, source, file);
  const code = stripTypes(source, file);
  if (code.length !== source.length) {
    // Offsets of rules and erasure would point at the wrong characters from here on.
    throw new Error(`stripping ${file} changed its length from ${source.length} to ${code.length}`);
  }
  return { code, program: parseModule(code, file), typed };
}

function stripTypes(source: string, file: string): string {
  // The stripper eats the byte order mark, which would move everything behind it by one.
  const mark = source.startsWith("\ufeff") ? 1 : 0;
  try {
    return (
      source.slice(0, mark) + transformSync(source.slice(mark), { mode: "strip-only", module: true }).code
    );
  } catch (error) {
    // The stripper's columns count display cells, not characters: the parser names the place if it also minds.
    parseModule(source, file, "ts", true);
    const { message = String(error), startLine } = error as { message?: string; startLine?: number };
    throw new UsageError("BAD_SCENARIO_FILE", {
      file,
      reason: message,
      ...(startLine === undefined ? {} : { line: startLine }),
    });
  }
}
