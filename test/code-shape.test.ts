import type { Comment, Declaration, Program } from "oxc-parser";
import { describe, expect, test } from "vitest";
import { parse, readSources } from "./source-files.ts";

const sources = readSources();
const lines = (text: string): number => text.split("\n").length - 1;

/** A declaration that a file exports, with the comment directly above it. */
interface Exported {
  readonly name: string;
  readonly isStepped: boolean;
  readonly doc: string;
}

function exportsOf(file: string, text: string): Exported[] {
  const { program, comments } = parse(file, text);
  return program.body.flatMap((node) => {
    if (node.type !== "ExportNamedDeclaration" || node.declaration === null) return [];
    const doc = docAbove(text, comments, node.start);
    const isStepped = node.declaration.type === "FunctionDeclaration" && node.declaration.generator;
    return namesOf(node.declaration).map((name) => ({ name, isStepped, doc }));
  });
}

function docAbove(text: string, comments: readonly Comment[], start: number): string {
  const above = comments.find(({ end }) => end < start && text.slice(end, start).trim() === "");
  return above?.type === "Block" && above.value.startsWith("*") ? above.value : "";
}

function namesOf(declaration: Declaration): string[] {
  if (declaration.type === "VariableDeclaration")
    return declaration.declarations.map(({ id }) => (id.type === "Identifier" ? id.name : "a pattern"));
  return "id" in declaration && declaration.id?.type === "Identifier" ? [declaration.id.name] : [];
}

describe("files are short:", () => {
  const lengths = [...sources.values()].map(lines).sort((a, b) => a - b);
  const quantile = (share: number): number => lengths[Math.floor((lengths.length - 1) * share)] ?? 0;

  test("none above 400 lines", () => {
    const long = [...sources].filter(([, text]) => lines(text) > 400).map(([file]) => file);
    expect(long).toEqual([]);
  });

  test("half of them at most 80, nine in ten at most 250", () => {
    expect(quantile(0.5)).toBeLessThanOrEqual(80);
    expect(quantile(0.9)).toBeLessThanOrEqual(250);
  });
});

/** Twins of a documented file: they export the same names for another build. */
const twins: readonly string[] = [
  "shared/atomic/blocking.ts",
  "shared/atomic/gated.ts",
  "shared/atomic/scheduled.ts",
  "shared/recorder/heard.ts",
  "shared/recorder/metered.ts",
  "shared/recorder/off.ts",
  "shared/recorder/ring.ts",
];

describe("comments:", () => {
  const undocumented = (file: string, text: string): string[] =>
    exportsOf(file, text)
      .filter(({ doc }) => doc === "")
      .map(({ name }) => `${file}: ${name}`);

  test("every public export has one directly above it", () => {
    const files = [...sources].filter(([file]) => !twins.includes(file));
    expect(files.flatMap(([file, text]) => undocumented(file, text))).toEqual([]);
  });

  test("an export without one, or with another line between, is noticed", () => {
    const text = [
      "/** Documented. */\nexport function f(): void {}",
      "export const a = 1;",
      "// Not a doc comment.\nexport type T = number;",
      "/** Of something else. */\nconst b = 1;\nexport interface I { x: number }",
      "/** Documented. */\nexport class C {}",
    ].join("\n");
    expect(undocumented("x.ts", text)).toEqual(["x.ts: a", "x.ts: T", "x.ts: I"]);
  });
});

describe("stepped functions of the emulated system:", () => {
  const emulated = /^shared\/(?:sync|drm|mm)\//;

  /** Exported stepped functions that no kernel function stands behind, and what they are instead. */
  const ours: Readonly<Record<string, string>> = {
    runFreeWorker: "one run of TTM's work queue",
    nextDeferred: "the queue of that work queue",
    nextCompletion: "the device's answers",
    setMutant: "a deliberate fault",
    keepForLife: "what drivers do after creation, each in its own function",
    giveBack: "what drivers do in their free callbacks",
    giveBackLocked: "what drivers do in their free callbacks",
    pagePoolInit: "a world's memory is no zone of a machine",
    pagesFree: "a counter of that pool",
    lruFirst: "a list_head accessor",
    lruOf: "a field accessor",
    resvOf: "a field accessor",
    deviceOf: "a field accessor",
    openWindow: "the contention monitor",
    closeWindow: "the contention monitor",
    lruPages: "a field accessor",
    lruMoveTail: "lruRemove and lruAddTail",
    lruSplice: "list_splice with the members' back pointers kept",
    leaveQueue: "the tail of lockSlow, shared with the ww-mutex",
    mutexIsHeld: "asks for the owner; the kernel's mutex_is_locked() does not",
    wwMutexIsHeld: "asks for the owner; the kernel's ww_mutex_is_locked() does not",
    portPost: "JavaScript's MessagePort",
    portTryReceive: "JavaScript's MessagePort",
    portReceive: "JavaScript's MessagePort",
    portClose: "JavaScript's MessagePort",
    portMarkClosed: "JavaScript's MessagePort",
    futexWaitAsync: "JavaScript's Atomics.waitAsync()",
    firstSince:
      "the time that __mutex_lock_common() does not keep: a waiter is patient from when it is first",
    barge: "the optimistic half of __mutex_trylock_common(), with the word known",
    parkTicket: "our futex",
    park: "our futex",
    unpark: "our futex",
    rawSpinLock: "the lock inside a lock",
    rawSpinUnlock: "the lock inside a lock",
    sleepOn: "schedule() between prepare_to_wait() and finish_wait()",
    firstWaiter: "a list_head accessor",
    lastWaiter: "a list_head accessor",
    nextWaiter: "a list_head accessor",
    previousWaiter: "a list_head accessor",
    addWaiter: "list_add with tasks for nodes",
    removeWaiter: "list_del with tasks for nodes",
    wwClassInit: "DEFINE_WW_CLASS() is a static initialiser",
    wwUnlockList: "a loop over ww_mutex_unlock()",
    contextOf: "a field accessor",
    holderContext: "a field accessor that waits for the field",
    wwTellWaiters: "the wait lock around checkWaiters",
  };

  const unsourced = [...sources]
    .filter(([file]) => emulated.test(file))
    .flatMap(([file, text]) => exportsOf(file, text))
    .filter(({ isStepped, doc }) => isStepped && !doc.includes("@kernel"))
    .map(({ name }) => name);

  test("each names its kernel function, or is known to be ours", () => {
    expect(unsourced.filter((name) => !Object.hasOwn(ours, name))).toEqual([]);
  });

  test("the list of ours has no name too many", () => {
    expect(Object.keys(ours).filter((name) => !unsourced.includes(name))).toEqual([]);
  });
});

describe("words that only one place may say:", () => {
  const saying = (pattern: RegExp): string[] =>
    [...sources].filter(([file, text]) => pattern.test(codeOf(file, text))).map(([file]) => file);

  /** The text with its comments and the contents of strings blanked. */
  function codeOf(file: string, text: string): string {
    const { program, comments } = parse(file, text);
    const blanked = [...comments, ...literals(program)].sort((a, b) => a.start - b.start);
    let code = "";
    let at = 0;
    for (const { start, end } of blanked) {
      if (start < at) continue;
      code += text.slice(at, start);
      at = end;
    }
    return code + text.slice(at);
  }

  test("Atomics is said in src/shared/atomic", () => {
    const places = saying(/\bAtomics\b/);
    expect(places.filter((file) => !file.startsWith("shared/atomic/"))).toEqual([]);
    expect(places).toContain("shared/atomic/blocking.ts");
  });

  test("a bare yield is said in src/shared/atomic", () => {
    const places = saying(/\byield\b(?!\s*\*)/).filter((file) => /^(?:shared|scenarios)\//.test(file));
    expect(places).toEqual(["shared/atomic/stepped.ts"]);
  });

  test("environment and terminal are read in src/cli/output.ts", () => {
    expect(saying(/\bprocess\b.*\benv\b|\bisTTY\b|\bgetColorDepth\b/)).toEqual(["cli/output.ts"]);
  });
});

function literals(program: Program): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    if (Array.isArray(node)) {
      node.forEach(visit);
      return;
    }
    const { type, start, end } = node as { type?: string; start?: number; end?: number };
    if ((type === "Literal" || type === "TemplateElement") && start !== undefined && end !== undefined)
      found.push({ start, end });
    Object.values(node).forEach(visit);
  };
  visit(program);
  return found;
}
