import * as v from "valibot";
import { SCHEDULE_VERSION, type Schedule } from "./schedule.ts";
import { UsageError } from "./usage-error.ts";
import { violationSentences } from "./violation-kinds.ts";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const text = v.string();
const step = v.strictObject({
  task: count,
  outcome: count,
  did: text,
  on: text,
  hash: v.pipe(text, v.regex(/^[0-9a-f]{8}$/, "not 8 hexadecimal digits")),
});
const schema: v.GenericSchema<Schedule> = v.strictObject({
  format: v.literal("refzero-schedule"),
  version: v.literal(SCHEDULE_VERSION),
  scenario: v.pipe(text, v.minLength(1)),
  params: v.record(text, v.union([text, v.number()])),
  granularity: v.picklist(["atomic", "lock"]),
  tasks: v.pipe(v.array(text), v.minLength(1)),
  kind: v.picklist(Object.keys(violationSentences)),
  object: v.nullable(text),
  preemptions: count,
  steps: v.pipe(v.array(step), v.minLength(1)),
  foundBy: text,
});

/**
 * Reads the text of a schedule file.
 * @throws UsageError BAD_FILE naming what is wrong and where
 */
export function parseSchedule(file: string, content: string): Schedule {
  const refuse = (reason: string): never => {
    throw new UsageError("BAD_FILE", { file, reason });
  };
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    const rest =
      content.trim() === "" ? "it is empty" : `it is no JSON, or cut off (${(error as Error).message})`;
    return refuse(`${rest}; a schedule file is what explore and race save`);
  }
  const head = value as Partial<Schedule> | null;
  if (typeof head !== "object" || head === null || head.format !== "refzero-schedule")
    return refuse('it is no schedule file: "format" is not "refzero-schedule"');
  if (head.version !== SCHEDULE_VERSION)
    return refuse(`it has version ${JSON.stringify(head.version)}; this refzero reads ${SCHEDULE_VERSION}`);
  const parsed = v.safeParse(schema, value);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return refuse(`${v.getDotPath(issue) ?? "schedule"}: ${issue.message}`);
  }
  const { steps, tasks } = parsed.output;
  const stray = steps.findIndex(({ task }) => task >= tasks.length);
  if (stray >= 0)
    return refuse(
      `steps.${stray}.task: there is no task ${steps[stray]?.task}, only 0 to ${tasks.length - 1}`,
    );
  return parsed.output;
}
