import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { check } from "../../src/build/check.ts";
import { erase, erasedSpans } from "../../src/build/erase.ts";
import { parseModule } from "../../src/build/parse.ts";
import { strip } from "../../src/build/strip.ts";
import { UsageError } from "../../src/record/usage-error.ts";
import { memoryResolver } from "./memory.ts";
import { header, layOut, randomProgram } from "./random-program.ts";

// `REFZERO_FUZZ=20 npx vitest run test/build` looks twenty times as long.
const effort = Number(process.env.REFZERO_FUZZ ?? 1);
const patience = 20_000 * effort;

const lines = (text: string): number[] => text.split(/\r\n|\n/).map(({ length }) => length);
const violations = (text: string) =>
  check(
    ["/p/case.ts"],
    memoryResolver({ "/p/case.ts": text, "/p/step.ts": "export function* step() { yield* step(); }" }),
  );

/** What a program does: the steps it takes in order, and how it ends. Text is run without its import. */
function behaviour(code: string, kind: "stepped" | "blocking"): unknown {
  const star = kind === "stepped" ? "*" : "";
  const script = `"use strict"; (() => {
    const log = [];
    // The text of a function is the one thing that may differ.
    Function.prototype.toString = () => "function";
    function${star} step(x, y) { log.push(String(x), String(y)); ${kind === "stepped" ? "yield;" : ""} if (log.length > 200) throw "enough"; return log.length % 3; }
    try {
      ${code.replace(header, " ".repeat(header.length))}
      let result = main(1, 2);
      if (typeof result?.next === "function") { let next; do next = result.next(); while (!next.done); result = next.value; }
      return JSON.stringify([log, String(result)]);
    } catch (error) { return JSON.stringify([log, "threw " + (error?.name ?? error)]); }
  })()`;
  return runInNewContext(script, {}, { timeout: 1000 });
}

test(
  "random programs are accepted, and erasing blanks stars and nothing else",
  () => {
    fc.assert(
      fc.property(randomProgram, ({ text }) => {
        expect(violations(text)).toEqual([]);
        const { code, program } = strip(text, "case.ts");
        expect(lines(code)).toEqual(lines(text));
        const erased = erase(code, "case.ts");
        expect(lines(erased)).toEqual(lines(text));
        const blanked = erasedSpans(program, code).reduce(
          (rest, [from, to]) =>
            rest.slice(0, from) + rest.slice(from, to).replaceAll(/[yield*]/g, " ") + rest.slice(to),
          code,
        );
        expect(erased).toBe(blanked);
        expect(erasedSpans(parseModule(erased, "case.js"), erased)).toEqual([]);
        expect(erase(erased, "case.js")).toBe(erased);
      }),
      { numRuns: 100 * effort },
    );
  },
  patience,
);

test(
  "random programs do the same in both builds",
  () => {
    fc.assert(
      fc.property(randomProgram, ({ text }) => {
        const { code } = strip(text, "case.ts");
        expect(behaviour(erase(code, "case.ts"), "blocking")).toBe(behaviour(code, "stepped"));
      }),
      { numRuns: 200 * effort },
    );
  },
  patience,
);

test(
  "a random program without one of its `yield*` is refused",
  () => {
    fc.assert(
      fc.property(randomProgram, fc.nat(), ({ tokens }, pick) => {
        const yields = tokens.flatMap(({ text }, index) => (text === "yield" ? [index] : []));
        const gone = yields[pick % Math.max(1, yields.length)];
        fc.pre(gone !== undefined);
        const rest = tokens.filter((_, index) => index !== gone && index !== (gone ?? 0) + 1);
        expect(violations(`${header}\n${layOut(rest, [0], "\n")}`)).not.toEqual([]);
      }),
      { numRuns: 100 * effort },
    );
  },
  patience,
);

const spoils = [
  ..."yield * ; ( ) f0 return \n . ?. await new , async get static = => ... this main o c { } `".split(" "),
  ..."f1 ( a )|yield * f0 ( a )|o . m|[ f0 ]|{ f0 }|f0 . call ( a )|( a , f0 )|table . x".split("|"),
  ..."; a = f0 ;|; a = f0 ( ) ;|; [ 1 ] . map ( f0 ) ;|; for ( const q of f0 ( ) ) ;|; yield ;".split("|"),
  ..."; let q = ( ) => f0 ( ) ; q ( ) ;|; const q = f0 ; q ( ) ;|; let { x : q } = table ; q ( a ) ;".split(
    "|",
  ),
  ..."; let q = ( g ) => g ( a ) ; q ( f0 ) ;|; a = { * [ Symbol . iterator ] ( ) { } } ; [ ... a ] ;".split(
    "|",
  ),
  ..."; let q = { m : f0 } ; q . m ( ) ;|; let q = [ f0 ] ; q [ 0 ] ( ) ;|; new f0 ( ) ;|; f0 ?. ( ) ;".split(
    "|",
  ),
];

test(
  "whatever is done to a program, it is refused or does the same in both builds",
  () => {
    let survived = 0;
    fc.assert(
      fc.property(
        randomProgram,
        fc.array(
          fc.tuple(
            fc.nat(),
            fc.constantFrom("drop", "insert", "replace", "swap"),
            fc.constantFrom(...spoils),
          ),
          { minLength: 1, maxLength: 2 },
        ),
        ({ tokens }, spoiled) => {
          const changed = [...tokens];
          for (const [pick, how, text] of spoiled) {
            const at = pick % changed.length;
            const token = { text, tight: false };
            if (how === "drop") changed.splice(at, 1);
            else if (how === "swap") changed.splice(at, 2, ...changed.slice(at, at + 2).reverse());
            else changed.splice(at, how === "insert" ? 0 : 1, token);
          }
          const source = `${header}\n${changed.map(({ text }) => text).join(" ")}`;
          try {
            if (violations(source).length > 0) return;
            const { code } = strip(source, "case.ts");
            const erased = erase(code, "case.ts");
            expect(behaviour(erased, "blocking")).toBe(behaviour(code, "stepped"));
            survived++;
          } catch (error) {
            // The text may be no program any more, loops may have lost their end, and what is run here is a
            // script, where a module's own `await` is an error.
            const { code, message } = error as { code?: string; message: string };
            const expected =
              error instanceof UsageError ||
              code === "ERR_SCRIPT_EXECUTION_TIMEOUT" ||
              message.startsWith("await is only valid");
            if (!expected) throw error;
          }
        },
      ),
      { numRuns: 600 * effort },
    );
    // How many survive is a matter of chance; that some do shows that the comparison was made.
    expect(survived).toBeGreaterThan(0);
  },
  patience,
);
