import type { Model, ModelLock, ModelStep } from "#scenarios/triage/model";

/** How each type of lock is taken in a scenario file: the struct, and the functions. */
const calls: Readonly<
  Record<
    ModelLock["type"],
    { layout: string; take: string; release: string; read: string; unread: string; try: string }
  >
> = {
  mutex: {
    layout: "Mutex",
    take: "mutexLock",
    release: "mutexUnlock",
    read: "mutexLock",
    unread: "mutexUnlock",
    try: "mutexTrylock",
  },
  rwsem: {
    layout: "Rwsem",
    take: "downWrite",
    release: "upWrite",
    read: "downRead",
    unread: "upRead",
    try: "downWriteTrylock",
  },
  spinlock: {
    layout: "Spinlock",
    take: "spinLock",
    release: "spinUnlock",
    read: "spinLock",
    unread: "spinUnlock",
    try: "spinTrylock",
  },
};

/** A model as a scenario file, which runs under race and explore as it is. `title` says where it comes from. */
export function scenarioText(model: Model, title: string): string {
  const used = new Set<string>(["type Addr", "allocate", "scenario", "type Step", "struct"]);
  if (model.objects.length > 0) for (const name of ["store"]) used.add(name);
  const tasks = model.tasks.map(({ steps }, index) => taskText(model, steps, index, used));
  for (const { type } of model.locks) used.add(calls[type].layout);
  const fields = [
    ...model.locks.map(
      ({ type, name }, index) => `  // ${oneLine(name)}\n  lock${index}: ${calls[type].layout},`,
    ),
    ...model.objects.map((_, index) => `  // An object's references\n  object${index}: "atomic",`),
  ];
  const counts = model.objects.map(
    (count, index) => `    yield* store(root + World.at.object${index}, ${count});`,
  );
  return `// ${oneLine(title)}
// Each task is a path of the report and takes its locks in that order. Made by \`refzero triage --scenario\`.
import {
${[...used]
  .sort((a, b) => (a.replace("type ", "") < b.replace("type ", "") ? -1 : 1))
  .map((name) => `  ${name},`)
  .join("\n")}
} from "refzero";

const World = struct("triage_world", {
${fields.join("\n")}
});

${tasks.join("\n")}
export default scenario({
  name: "mine/triage",
  claim: "these paths do not wait for each other for ever",
  source: ${JSON.stringify(oneLine(title))},
  params: {},
  expect: "holds",
  mutants: {},
  modes: ["batch"],
  worldWords: () => 256,
  setup: function* (heap) {
    ${model.objects.length === 0 ? "return yield* allocate(heap, World);" : `const root = yield* allocate(heap, World);\n${counts.join("\n")}\n    return root;`}
  },
  tasks: () => [
${model.tasks.map(({ name }, index) => `    { name: ${JSON.stringify(oneLine(name))}, run: task${index} },`).join("\n")}
  ],
  *check() {},
});
`;
}

function taskText(model: Model, steps: readonly ModelStep[], index: number, used: Set<string>): string {
  return `function* task${index}(root: Addr): Step<void> {\n${stepLines(model, steps, 1, used).join("\n")}\n}\n`;
}

function stepLines(model: Model, steps: readonly ModelStep[], depth: number, used: Set<string>): string[] {
  const indent = "  ".repeat(depth);
  const call = (name: string, at: string): string => {
    used.add(name);
    return `yield* ${name}(root + World.at.${at})`;
  };
  const block = (condition: string, inner: readonly ModelStep[]): string[] => [
    `${indent}if (${condition}) {`,
    ...stepLines(model, inner, depth + 1, used),
    `${indent}}`,
  ];
  return steps.flatMap((step) => {
    if (step.op === "get-unless-zero")
      return block(call("krefGetUnlessZero", `object${step.object}`), step.inner);
    if (step.op === "put") return block(call("krefPut", `object${step.object}`), step.free);
    const names = calls[model.locks[step.lock]?.type ?? "mutex"];
    if (step.op === "try") return block(call(names.try, `lock${step.lock}`), step.inner);
    const read = step.how === "read";
    const name = step.op === "lock" ? (read ? names.read : names.take) : read ? names.unread : names.release;
    return [`${indent}${call(name, `lock${step.lock}`)};`];
  });
}

const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\s]+/gu, " ").trim();
