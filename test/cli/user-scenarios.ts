/** The parts of a user's scenario file that a test cares about; the rest is filled in. */
export interface Parts {
  /** More names of "refzero". */
  readonly imports?: string;
  /** The root struct's fields, as source text. */
  readonly fields?: string;
  /** Statements of the first task; `root` is the world's root. */
  readonly one: string;
  /** Of the second. */
  readonly two?: string;
  /** More statements at the start of the file. */
  readonly declarations?: string;
  readonly setup?: string;
  readonly check?: string;
  readonly tasks?: string;
  readonly worldWords?: string;
  readonly modes?: string;
}

/** The text of a scenario file with two tasks, in TypeScript. */
export function scenarioText(parts: Parts): string {
  const fields = parts.fields ?? 'a: "atomic", b: "plain"';
  return `import { allocate, load, peek, read, scenario, store, struct, write, ${parts.imports ?? ""} } from "refzero";
import type { Addr, Step } from "refzero";

const World = struct("mine", { ${fields} });
${parts.declarations ?? ""}
function* one(root: Addr): Step<void> {
  ${parts.one}
}

function* two(root: Addr): Step<void> {
  ${parts.two ?? "yield* load(root);"}
}

export default scenario({
  name: "mine/test",
  claim: "nothing goes wrong",
  source: "a test",
  params: {},
  expect: "holds",
  mutants: {},
  modes: ${parts.modes ?? '["batch"]'},
  worldWords: () => ${parts.worldWords ?? "64"},
  *setup(heap) {
    ${parts.setup ?? "return yield* allocate(heap, World);"}
  },
  tasks: () => ${parts.tasks ?? '[{ name: "one", run: one }, { name: "two", run: two }]'},
  *check(root) {
    ${parts.check ?? "yield* load(root);"}
  },
});
`;
}

const lockBoth = (lock: string, unlock: string) => (first: string, second: string) =>
  [
    `yield* ${lock}(root + World.at.${first});`,
    `yield* ${lock}(root + World.at.${second});`,
    `yield* ${unlock}(root + World.at.${second});`,
    `yield* ${unlock}(root + World.at.${first});`,
  ].join("\n  ");

/** Two tasks that take two locks of one kind in opposite orders. */
export function abba(type: string, lock: string, unlock: string): string {
  const both = lockBoth(lock, unlock);
  return scenarioText({
    imports: `${type}, ${lock}, ${unlock}`,
    fields: `a: ${type}, b: ${type}`,
    one: both("a", "b"),
    two: both("b", "a"),
  });
}
