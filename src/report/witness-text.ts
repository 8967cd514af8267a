import pc from "picocolors";
import stringWidth from "string-width";
import type { ExploreViolation } from "../record/explore-record.ts";
import type { RaceAccess, Witness, WitnessStep } from "../record/witness.ts";
import type { Style } from "./style.ts";

/** Below so many columns a witness is a list. */
const WIDE = 100;
/** Tasks that get a column each; more than that is a list. */
const MOST_COLUMNS = 4;

/** What a row shows: steps of one task, several where they are its own affair. */
interface Row {
  readonly first: WitnessStep;
  readonly steps: number;
}

/** `src/shared/drm/lru-scan.ts:58:12` as `lru-scan.ts:58`. */
function shortPlace(at: string | null): string {
  return at === null ? "" : at.replace(/^.*\//, "").replace(/:\d+$/, "");
}

/**
 * Runs of steps on words that nobody else touches become one row, and so do the accesses of one list or lock function
 * from one place. The steps in `apart` keep rows of their own.
 */
function rowsOf(steps: readonly WitnessStep[], apart: ReadonlySet<number>): Row[] {
  const rows: Row[] = [];
  for (const step of steps) {
    const last = rows.at(-1);
    const goesOn =
      last !== undefined && last.first.id === step.id && !apart.has(step.step) && !apart.has(last.first.step);
    if (goesOn && ((last.first.isPrivate && step.isPrivate) || isSameCall(last.first, step)))
      rows[rows.length - 1] = { first: last.first, steps: last.steps + 1 };
    else rows.push({ first: step, steps: 1 });
  }
  return rows;
}

function isSameCall(a: WitnessStep, b: WitnessStep): boolean {
  return a.through !== null && a.through === b.through && a.at === b.at;
}

/** What a row says: what was done, and what came of it. */
function textOf({ first, steps }: Row): readonly [did: string, effect: string] {
  if (steps > 1 && first.through !== null && !first.isPrivate)
    return [`${first.through}: ${steps} accesses`, ""];
  if (steps > 1) return [`${steps} steps of its own`, ""];
  const { did, on, effect } = first;
  const name = /^[a-z]+[A-Z]\w*$/.test(did)
    ? `${did}(${on})`
    : [did, on].filter((part) => part !== "").join(" ");
  if (effect === "") return [name, ""];
  return [name, /^(?:=|-?\d)/.test(effect) ? ` ${effect}` : `: ${effect}`];
}

/** Text in so many columns: what came of a step is worth more than the name of what it was done to. */
function fitted([did, effect]: readonly [string, string], width: number): string {
  return `${shortened(did, Math.max(4, width - effect.length))}${effect}`;
}

function shortened(text: string, width: number): string {
  return stringWidth(text) <= width ? text : `${text.slice(0, Math.max(0, width - 2))}..`;
}

function cut(text: string, width: number): string {
  const short = shortened(text, width);
  return short + " ".repeat(Math.max(0, width - stringWidth(short)));
}

/** Operations of the contention monitor, which is no part of the code under test. */
const INSTRUMENTS: ReadonlySet<string> = new Set(["openWindow", "closeWindow"]);

/** The steps that are an operation on a lock, a reference count or an object, and the last; without their callers. */
function briefly(steps: readonly WitnessStep[]): WitnessStep[] {
  const kept: WitnessStep[] = [];
  let switched: string | null = null;
  for (const step of steps) {
    switched = step.switched ?? switched;
    const isOperation = /^[a-z]+[A-Z]\w*$|^(?:allocate|free)$/.test(step.did) && !INSTRUMENTS.has(step.did);
    if (!isOperation && step !== steps.at(-1)) continue;
    kept.push({ ...step, switched, calls: [] });
    switched = null;
  }
  return kept;
}

/** The interleaving, a column a task, a row a step; a list where there is no room. Lines without an end. */
export function witnessLines(witness: Witness, tasks: readonly string[], style: Style): string[] {
  const { accesses } = witness;
  const steps = style.brief === true ? briefly(witness.steps) : witness.steps;
  const active = [...new Set(steps.map(({ id }) => id))].sort((a, b) => a - b);
  const asColumns = style.columns >= WIDE && active.length <= MOST_COLUMNS;
  const end = witness.steps.length;
  const apart = new Set([...accesses.map(({ step }) => step), end]);
  const rows = rowsOf(steps, apart);
  const digits = String(end).length;
  const width = Math.floor((Math.min(style.columns, 160) - digits - 4) / Math.max(1, active.length)) - 2;
  const lines: string[] = [];
  const indent = (id: number): string => " ".repeat(asColumns ? active.indexOf(id) * (width + 2) : 0);
  if (asColumns)
    lines.push(
      `${" ".repeat(digits + 2)}${active.map((id) => cut(tasks[id] ?? "", width)).join("  ")}`.trimEnd(),
    );
  let calls: readonly string[] = [];
  let running = -1;
  for (const row of rows) {
    const { first } = row;
    const isLast = first === steps.at(-1);
    if (first.switched !== null)
      lines.push(`${" ".repeat(digits + 2)}${asColumns ? "" : "  "}-- switch: ${first.switched}`);
    if (first.id !== running && !asColumns) lines.push(`  ${first.task}`);
    if (first.id !== running) calls = [];
    const place = first.calls.at(-1) ?? "";
    if (place !== (calls.at(-1) ?? "") && place !== "")
      lines.push(
        `${" ".repeat(digits + 2)}${indent(first.id)}${first.calls.slice(-2).join(" > ")}`.trimEnd(),
      );
    ({ calls } = first);
    running = first.id;
    const number = String(first.step).padStart(digits);
    const at = style.source === false ? "" : shortPlace(first.at);
    const text = textOf(row);
    const room = width - at.length - 3;
    const body = asColumns ? `  ${cut(fitted(text, room), room)} ${at}` : `  ${text.join("")}  ${at}`;
    lines.push(`${number}  ${indent(first.id)}${body.trimEnd()}${isLast ? "   <== here" : ""}`.trimEnd());
  }
  return lines.map((line) => `  ${line}`);
}

function accessLines(accesses: readonly RaceAccess[]): string[] {
  return accesses.flatMap(({ task, access, on, before, after, step, at }, index) => {
    const change = before === after ? `value ${before}` : `value changed: ${before} -> ${after}`;
    return [
      `  ${index === 0 ? "" : "and "}${access} of ${on} by ${task}, step ${step}: ${change}`,
      `    at ${at ?? "an unknown place"}`,
    ];
  });
}

/** Why it fails: waits, the two sides of a race, the last writer. */
export function reasonLines({
  waits,
  witness,
  object,
}: Pick<ExploreViolation, "waits" | "witness" | "object">): string[] {
  const waiting = waits.map(waitLine);
  const { lastWriter } = witness;
  const writer =
    lastWriter === null
      ? []
      : [
          `  last writer of ${object}: ${lastWriter.task}, step ${lastWriter.step}, ${lastWriter.did}${lastWriter.at === null ? "" : `, at ${lastWriter.at}`}`,
        ];
  return [...waiting, ...accessLines(witness.accesses), ...writer];
}

function waitLine({ task, waitsFor, heldBy, expected, now }: ExploreViolation["waits"][number]): string {
  if (expected !== undefined)
    return `  ${task} waits on ${waitsFor}, expected ${expected}, value is ${now === expected ? "still" : "now"} ${now}, nobody will notify`;
  return `  ${task} waits for ${waitsFor}, ${heldBy === null ? "which nobody holds" : `held by ${heldBy}`}`;
}

/** Dims what is not the failing step. */
export function painted(lines: readonly string[], style: Style): string[] {
  const colors = pc.createColors(style.color);
  return lines.map((line) =>
    line.includes("<== here") ? colors.bold(line) : line.includes("-- switch:") ? colors.dim(line) : line,
  );
}
