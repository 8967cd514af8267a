import fc from "fast-check";

/**
 * A random module as a list of tokens. Between two tokens any layout may stand, except that a line break is
 * kept out where the language or a rule forbids one: around tokens that are `tight` to the one before.
 */
export interface RandomProgram {
  readonly tokens: readonly Token[];
  readonly text: string;
  /** How a counterexample is printed. */
  [fc.toStringMethod](): string;
}

interface Token {
  readonly text: string;
  /** No line break may come before this token. */
  readonly tight: boolean;
}

type Tokens = readonly Token[];

/** Splits a template of tokens at its blanks; `~` in front of one keeps line breaks away. */
const t = (template: string): Tokens =>
  template
    .split(" ")
    .filter((text) => text !== "")
    .map((text) => (text.startsWith("~") ? { text: text.slice(1), tight: true } : { text, tight: false }));

/** The only import; leaves of every program step through it. */
export const header = 'import { step } from "./step.ts";';

const words = ["a", "b", "ünï", "𝓍"];

const leaf = fc.oneof(
  fc.integer({ min: 0, max: 9 }).map((n) => t(String(n))),
  fc.constantFrom(...words).map((name) => t(name)),
  fc.constantFrom('"😀\\n"', "'yield*f()'", "`*`", "/\\*/.source").map((text) => t(text)),
  fc.constant([...t("( a"), ...t("~as unknown ~as number )")]),
);

const call = (functions: number, expression: fc.Arbitrary<Tokens>): fc.Arbitrary<Tokens> => {
  const callee = fc.oneof(
    { weight: 3, arbitrary: fc.constant(t("step")) },
    fc.nat({ max: Math.max(0, functions - 1) }).map((n) => (functions === 0 ? t("step") : t(`f${n}`))),
    fc
      .constantFrom("o . m", "C . s", "c . m", "table [ 'x' ]")
      .map((text) => (functions < 2 ? t("step") : t(text))),
  );
  return fc.tuple(callee, expression, expression).map(([name, x, y]) => {
    const [first, ...rest] = name;
    return [
      ...t("yield ~*"),
      { text: first?.text ?? "step", tight: true },
      ...rest,
      ...t("("),
      ...x,
      ...t(","),
      ...y,
      ...t(")"),
    ];
  });
};

const expression = (functions: number): fc.Arbitrary<Tokens> =>
  fc.letrec<{ expression: Tokens; call: Tokens }>((tie) => ({
    call: call(functions, tie("expression")),
    expression: fc.oneof(
      { maxDepth: 1, depthSize: "small", withCrossShrink: true },
      leaf,
      tie("call").map((it) => [...t("("), ...it, ...t(")")]),
      fc
        .tuple(
          tie("expression"),
          fc.constantFrom("+", "-", "*", "&&", "||", "??", "===", ","),
          tie("expression"),
        )
        .map(([x, operator, y]) => [...t("( ("), ...x, ...t(`) ${operator} (`), ...y, ...t(") )")]),
      fc
        .tuple(tie("expression"), tie("call"), tie("expression"))
        .map(([x, y, z]) => [...t("( ("), ...x, ...t(") ?"), ...y, ...t(": ("), ...z, ...t(") )")]),
      fc
        .tuple(tie("call"), tie("expression"))
        .map(([x, y]) => [...t("["), ...x, ...t(", ..."), ...t("[ ("), ...y, ...t(") ] ] . length")]),
      tie("call").map((it) => [...t("({ x :"), ...it, ...t(", [ 'y' ] : 1 }) . x")]),
    ),
  })).expression;

const statement = (functions: number): fc.Arbitrary<Tokens> => {
  const value = expression(functions);
  const stepped = call(functions, value);
  return fc.letrec<{ statement: Tokens; block: Tokens }>((tie) => ({
    block: fc.array(tie("statement"), { maxLength: 2 }).map((all) => [...t("{"), ...all.flat(), ...t("}")]),
    statement: fc.oneof(
      { maxDepth: 2, depthSize: "small", withCrossShrink: true },
      fc
        .oneof(
          stepped,
          value.map((it) => [...t("("), ...it, ...t(")")]),
        )
        .map((it) => [...it, ...t(";")]),
      fc
        .tuple(fc.constantFrom("a", "b"), fc.constantFrom("=", "+="), stepped)
        .map(([name, operator, it]) => [...t(`${name} ${operator}`), ...it, ...t(";")]),
      stepped.map((it) => [...t("{ const [ z = "), ...it, ...t("] = [ ] ; a = z ; }")]),
      stepped.map(([first, ...rest]) => [
        ...t("if ( a ) return"),
        { text: first?.text ?? "", tight: true },
        ...rest,
        ...t(";"),
      ]),
      fc
        .tuple(value, tie("block"), tie("block"))
        .map(([test, x, y]) => [...t("if ("), ...test, ...t(")"), ...x, ...t("else"), ...y]),
      tie("block").map((body) => [...t("for ( let i = 0 ; i < 2 ; i ~++ )"), ...body]),
      fc
        .tuple(tie("block"), value)
        .map(([body, it]) => [
          ...t("try"),
          ...body,
          ...t("catch { a = ("),
          ...it,
          ...t(") ; } finally { b = 1 ; }"),
        ]),
      fc
        .tuple(value, tie("block"))
        .map(([it, body]) => [
          ...t("switch ("),
          ...it,
          ...t(") { case 1 :"),
          ...body,
          ...t("break ; default :"),
          ...body,
          ...t("}"),
        ]),
      stepped.map((it) => [
        ...t("{ class K { [ ( "),
        ...it,
        ...t(") ] = 1 ; } a = Object ~. keys ( new K ( ) ) ~. length ; }"),
      ]),
    ),
  })).statement;
};

const body = (functions: number): fc.Arbitrary<Tokens> =>
  fc
    .array(statement(functions), { maxLength: 4 })
    .map((all) => [
      ...t("{ let ünï : number = a , 𝓍 = b ;"),
      ...all.flat(),
      ...t(`return ~\`\${ a }_\${ b }\` ; }`),
    ]);

const parameters = t("( a : any , b ? : any )");

const module: fc.Arbitrary<Tokens> = fc
  .tuple(body(0), body(1), body(2), body(2), body(2), body(2))
  .map(([f0, f1, m, s, run, entry]) => [
    ...t("function * f0"),
    ...parameters,
    ...f0,
    ...t("const f1 = function * named"),
    ...parameters,
    ...f1,
    ...t(";"),
    ...t("const o = { x : 1 , * m"),
    ...parameters,
    ...withoutMethods(m),
    ...t("} ;"),
    ...t("class C { y : number = 2 ; static * s"),
    ...parameters,
    ...withoutMethods(s),
    ...t("* m"),
    ...parameters,
    ...withoutMethods(run),
    ...t("; }"),
    ...t("const c = new C ( ) ; const table = { x : f0 } ;"),
    ...t("function * main < T > ( a ? : T | any , b ? : any ) : Generator ~< void , any >"),
    ...entry,
  ]);

/** Methods call functions only, or they would call each other without end. */
function withoutMethods(tokens: Tokens): Tokens {
  const text = tokens.map((token) => token.text);
  return tokens.flatMap((token, at) => {
    const receiver = /^(?:o|C|c|table)$/.test(token.text) && /^[.[]$/.test(text[at + 1] ?? "");
    if (receiver) return [{ ...token, text: "f1" }];
    const skipped = [1, 2, 3].some(
      (back) =>
        /^(?:o|C|c|table)$/.test(text[at - back] ?? "") &&
        /^[.[]$/.test(text[at - back + 1] ?? "") &&
        back <= (text[at - back] === "table" ? 3 : 2),
    );
    return skipped ? [] : [token];
  });
}

const gaps = [
  " ",
  "",
  "  ",
  "\t",
  "\n",
  " /* yield* f() 😀 */ ",
  "\n\n",
  "// * 日本\n",
  "/**\n*/",
  "\u00a0",
  "\n  ",
];

/** Puts layout between tokens: `choices` picks each gap in turn, `eol` is the line end used throughout. */
export function layOut(tokens: Tokens, choices: readonly number[], eol: string): string {
  let text = "";
  for (const [index, token] of tokens.entries()) {
    let gap = gaps[(choices[index % choices.length] ?? 0) % gaps.length] ?? " ";
    if (token.tight && gap.includes("\n")) gap = " ";
    const joined = (text.at(-1) ?? "") + (token.text[0] ?? "");
    // Some pairs would become one token, or a comment.
    if (gap === "" && /^[^\s()[\]{},;]{2}$/u.test(joined)) gap = " ";
    text += gap + token.text;
  }
  return text.replaceAll("\n", eol);
}

/** Random programs that every rule accepts, in random layout. */
export const randomProgram: fc.Arbitrary<RandomProgram> = fc
  .tuple(
    module,
    fc.array(fc.nat({ max: 99 }), { minLength: 20, maxLength: 60 }),
    fc.constantFrom("\n", "\r\n"),
  )
  .map(([tokens, choices, eol]) => {
    const text = `${header}${eol}${layOut(tokens, choices, eol)}${eol}`;
    return { tokens, text, [fc.toStringMethod]: () => text };
  });
