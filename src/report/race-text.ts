import pc from "picocolors";
import { adviceSentences } from "../record/advice.ts";
import type { RunRecord, RunViolation } from "../record/run-record.ts";
import { counted, grouped, rate, ruleOfThree } from "./numbers.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";
import { tortureLines } from "./torture-text.ts";

/** Violations shown in full. */
const SHOWN = 3;

/** `name key=value key=value`, without parameters at their "none". */
export function titleOf(record: Pick<RunRecord, "scenario" | "params">): string {
  const words = Object.entries(record.params).filter(([, value]) => value !== "none");
  return [record.scenario, ...words.map(([key, value]) => `${key}=${value}`)].join(" ");
}

/** The first line: what runs, on what, with which seed. */
export function raceHeader(record: RunRecord, style: Style): string {
  const dot = style.unicode ? " · " : " - ";
  const tasks = record.tasks.length;
  const size = record.mode === "soak" ? "one world" : `${grouped(record.worldsPerBatch)} worlds a batch`;
  return [
    titleOf(record),
    `${counted(tasks, "task")} on ${counted(tasks, "thread")}, ${counted(record.cpus, "CPU")}`,
    size,
    `seed ${record.seed}`,
  ].join(dot);
}

/** The table, a row a task. */
export function raceTable(record: RunRecord): string[] {
  const soak = record.mode === "soak";
  const head = [
    "task",
    soak ? "rounds" : "worlds",
    "ops",
    "frees",
    "overlap",
    "trylock failed",
    "back-offs",
    "reclaims",
  ];
  const rows = record.tasks.map((task) => [
    task.name,
    ...[
      task.worlds,
      task.ops,
      task.frees,
      task.overlap,
      task.trylockFailed,
      task.backoffs,
      task.reclaims,
    ].map(grouped),
  ]);
  return table([head, ...rows]).map((line) => `  ${line}`);
}

/** What a race without overlap is worth. */
export function overlapLine(record: RunRecord): string {
  if (record.frees === 0) return "  overlap  no object was freed in this scenario";
  return `  overlap  ${grouped(record.overlap)} of ${counted(record.frees, "free")} had another task at work on the same object (else the race was not real)`;
}

/** What tasks did that nobody may rely on, whether or not it came to anything. */
function adviceLines({ tasks }: RunRecord): string[] {
  return tasks.flatMap(({ name, putsUnderLock = 0 }) =>
    putsUnderLock === 0
      ? []
      : [
          `  note     put-under-lock: ${name} ${adviceSentences["put-under-lock"]} (${grouped(putsUnderLock)} times)`,
        ],
  );
}

/** The verdict, at column 0, with what it is worth. */
export function verdictLine(record: RunRecord): string {
  const time = `${record.seconds.toFixed(1)} s`;
  if (record.verdict === "violated") {
    const [first] = record.violations;
    const what =
      first === undefined
        ? ""
        : `${first.kind}${first.object === null ? "" : ` on ${first.object}`}: ${first.message}`;
    const many = record.violationCount > 1 ? `, ${counted(record.violationCount, "report")}` : "";
    return `violated: ${what} (${counted(record.worlds, worldNoun(record))}${many}, ${time})`;
  }
  if (record.verdict === "inconclusive") return `inconclusive: no world was finished in ${time}`;
  const bound = `rate < ${rate(ruleOfThree(record.frees > 0 ? record.frees : record.worlds))} (95 %)`;
  const seen =
    record.frees > 0
      ? `0 of ${counted(record.frees, "free")} contended`
      : `not violated in ${counted(record.worlds, worldNoun(record))}`;
  const why = record.interrupted ? "; interrupted" : "";
  return `holds: ${seen} in ${time}${why}; ${bound}. Not seen is not proved.`;
}

function worldNoun(record: RunRecord): string {
  return record.mode === "soak" ? "round" : "world";
}

/** The line that litmus tools print: how often it was seen, how often not. */
export function observationLine(record: RunRecord): string {
  const trials = record.frees > 0 ? record.frees : record.worlds;
  const bad = record.frees > 0 ? record.contendedFrees : record.violationCount;
  const seen = record.verdict === "violated" ? Math.max(1, bad) : 0;
  const word = seen === 0 ? "Never" : seen >= trials ? "Always" : "Sometimes";
  return `Observation ${record.scenario} ${word} ${seen} ${Math.max(0, trials - seen)}`;
}

/** One violation, with who waited for what and the last events of its world. */
export function violationLines(violation: RunViolation): string[] {
  const by = violation.task === null ? "" : ` by ${violation.task}`;
  const other =
    violation.other === null || violation.other === violation.task ? "" : ` (other task: ${violation.other})`;
  const on = violation.object === null ? "" : ` on ${violation.object}`;
  return [
    `  ${violation.kind}${on}${by}${other}, world ${violation.world}`,
    ...violation.waits.map(
      ({ task, waitsFor, heldBy }) =>
        `    ${task} waits for ${waitsFor}, ${heldBy === null ? "which nobody holds" : `held by ${heldBy}`}`,
    ),
    ...violation.held.map((lock) => `    it held ${lock}`),
    ...eventLines(violation),
  ];
}

function eventLines(violation: RunViolation): string[] {
  return [...groupByTask(violation)].flatMap(([task, events]) => [
    `    last events of ${task}:`,
    ...events
      .slice(-6)
      .map((event) => `      ${event.event} ${event.object}${event.value === 0 ? "" : ` (${event.value})`}`),
  ]);
}

function groupByTask(violation: RunViolation): Map<string, RunViolation["events"]> {
  const groups = new Map<string, RunViolation["events"]>();
  for (const event of violation.events) groups.set(event.task, [...(groups.get(event.task) ?? []), event]);
  return groups;
}

/** Where the interleaving is, and how it was had. */
function scheduleLines({ schedule, verdict, mode, interrupted, violations }: RunRecord): string[] {
  if (schedule === null) {
    // Nobody looked for one: a world without a beginning, what happens to threads only, or ^C.
    const sought = mode === "batch" && !interrupted && violations[0]?.kind !== "worker-died";
    if (verdict !== "violated" || !sought) return [];
    return [
      "saved  nothing: no interleaving that ends so was found in the budget; `refzero explore` looks longer",
    ];
  }
  const { file, from, kind, steps, preemptions } = schedule;
  const size = `${counted(steps, "step")}, ${counted(preemptions, "preemption")}`;
  return [`saved  ${file}   (${kind} in ${size}, from ${from})`, `replay refzero replay ${file} [--threads]`];
}

/** The whole report of a run. */
export function raceText(record: RunRecord, style: Style, quiet: boolean): string {
  const colors = pc.createColors(style.color);
  const paint =
    record.verdict === "holds" ? colors.green : record.verdict === "violated" ? colors.red : colors.yellow;
  const verdict = verdictLine(record).replace(/^[a-z]+/, (word) => paint(word));
  if (quiet) return `${verdict}\n`;
  const shown = record.violations.slice(0, SHOWN).flatMap(violationLines);
  const lines = [
    raceHeader(record, style),
    ...raceTable(record),
    ...(record.torture === undefined ? [overlapLine(record)] : tortureLines(record.torture, record)),
    ...adviceLines(record),
    ...shown,
    verdict,
    observationLine(record),
    ...scheduleLines(record),
    `again  ${record.command}   (same inputs; timing is the machine's)`,
  ];
  return `${lines.map((line) => (style.unicode ? line : line.replaceAll("µ", "u"))).join("\n")}\n`;
}
