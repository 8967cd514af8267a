import {
  assertions,
  gfpMasks,
  LOCK_TRACE_VERSION,
  lockdepModes,
  lockTypes,
  primings,
  readModes,
  type TraceEvent,
  type TraceHeader,
  taskOps,
  waitTypes,
} from "./lock-trace.ts";

/** Says what is wrong with a value, or nothing. */
type Check = (value: unknown) => string | undefined;

interface Field {
  readonly check: Check;
  readonly optional: boolean;
}
type Shape = Readonly<Record<string, Field>>;

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
};
const is = (what: string, holds: (value: unknown) => boolean): Check => {
  return (value) => (holds(value) ? undefined : `${shown(value)}, not ${what}`);
};

const text = is("a name", (value) => typeof value === "string" && value !== "");
const flag = is("true or false", (value) => typeof value === "boolean");
const number = is("a number", (value) => typeof value === "number");
const mark = is("text or a number", (value) => typeof value === "string" || typeof value === "number");
const names = is("a list of names", (value) => Array.isArray(value) && !value.some(text));
const subclass = is("a whole number from 0 to 7", (value) =>
  [0, 1, 2, 3, 4, 5, 6, 7].includes(value as number),
);
const oneOf = (choices: readonly string[]): Check =>
  is(`one of ${choices.join(", ")}`, (value) => choices.includes(value as string));
const severalOf = (choices: readonly string[]): Check =>
  is(
    `a list of ${choices.join(", ")}`,
    (value) => Array.isArray(value) && value.every((one) => choices.includes(one)),
  );

const must = (check: Check): Field => ({ check, optional: false });
const may = (check: Check): Field => ({ check, optional: true });

const task = { task: must(text) };
const lock = { ...task, lock: must(text) };
const object = { ...task, object: must(text) };
const context = { ...task, ctx: must(text) };
const read = { read: may(oneOf(readModes)), subclass: may(subclass) };

/**
 * The fields of every op. Written by hand and not as a schema of the library that the other formats use: this one is
 * applied to a million lines a second.
 */
const shapes: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  [
    "init",
    {
      lock: must(text),
      class: must(text),
      type: must(oneOf(lockTypes)),
      inner: may(oneOf(waitTypes)),
      outer: may(oneOf(waitTypes)),
      novalidate: may(flag),
      order: may(number),
    },
  ],
  ["destroy", { lock: must(text) }],
  [
    "acquire",
    {
      ...lock,
      ...read,
      try: may(flag),
      nest: may(text),
      ctx: may(text),
      slow: may(flag),
      result: may(oneOf(["EDEADLK"])),
      ip: may(mark),
    },
  ],
  ["contended", { ...lock, t: may(number) }],
  ["acquired", { ...lock, t: may(number) }],
  ["release", { ...lock, ip: may(mark) }],
  ["downgrade", { ...lock, ip: may(mark) }],
  ["assert", { ...lock, how: may(oneOf(assertions)) }],
  ["pin", { ...lock, cookie: may(mark) }],
  ["unpin", { ...lock, cookie: may(mark) }],
  ["ww-init", { ...context, class: must(text), algorithm: may(oneOf(["wait-die", "wound-wait"])) }],
  ["ww-done", context],
  ["ww-fini", context],
  ["hardirq-enter", { ...task, threaded: may(flag) }],
  ...taskOps.map((op): [string, Shape] => [op, task]),
  ["alloc", { ...task, gfp: must(oneOf(gfpMasks)) }],
  ["might-lock", { ...lock, ...read }],
  ["reset", {}],
  ["object", { task: may(text), object: must(text), locks: must(names), shared: may(flag) }],
  ["get", object],
  ["put", object],
  ["get-unless-zero", { ...object, ok: must(flag) }],
  ["free", object],
]);
const ops = new Map([...shapes].map(([op, shape]) => [op, Object.entries(shape)]));

const header = Object.entries({
  name: may(is("text", (value) => typeof value === "string")),
  mode: may(oneOf(lockdepModes)),
  prime: may(severalOf(primings)),
});

/** What is wrong with a line of a lock trace. */
export class TraceFault extends Error {
  override readonly name = "TraceFault";
}

function checked(value: object, what: string, fields: readonly [string, Field][]): void {
  for (let i = 0; i < fields.length; i++) {
    const [name, { check, optional }] = fields[i] as [string, Field];
    // No field is called like something that every object has.
    const given = (value as Readonly<Record<string, unknown>>)[name];
    if (given === undefined) {
      if (!optional) throw new TraceFault(`${what} has no '${name}'`);
      continue;
    }
    const wrong = check(given);
    if (wrong !== undefined) throw new TraceFault(`'${name}' of ${what} is ${wrong}`);
  }
}

function recordOf(value: unknown, what: string): object {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new TraceFault(`${what} is no JSON object`);
  return value;
}

/** The header of a trace. @throws TraceFault */
export function checkHeader(value: unknown): TraceHeader {
  const head = recordOf(value, "the header") as Partial<TraceHeader>;
  if (head.format !== "lock-trace")
    throw new TraceFault(
      'no lock trace: the first line has to be the header, {"format":"lock-trace","version":1}',
    );
  if (head.version !== LOCK_TRACE_VERSION)
    throw new TraceFault(`version ${shown(head.version)}; this refzero reads ${LOCK_TRACE_VERSION}`);
  checked(head, "the header", header);
  return head as TraceHeader;
}

/** An event of a trace; fields that are not known are let be. @throws TraceFault */
export function checkEvent(value: unknown): TraceEvent {
  const event = recordOf(value, "the line");
  const { op } = event as { op?: unknown };
  if (op === undefined) throw new TraceFault("the line has no 'op'");
  const fields = typeof op === "string" ? ops.get(op) : undefined;
  if (fields === undefined) throw new TraceFault(`there is no op ${shown(op)}`);
  checked(event, op as string, fields);
  return event as TraceEvent;
}
