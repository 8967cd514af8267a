import { describe, expect, test } from "vitest";
import { validateTrace } from "../../src/lockdep/validate.ts";

const head = '{"format":"lock-trace","version":1,"name":"a test"}';
const good = '{"op":"acquire","task":"T","lock":"A"}';

const read = (bytes: Uint8Array | string, cut = 1 << 20) => {
  const all = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
  const chunks = [];
  for (let at = 0; at < all.length; at += cut) chunks.push(all.subarray(at, at + cut));
  return validateTrace("a.jsonl", chunks, undefined);
};

const malformed: readonly (readonly [what: string, bytes: Uint8Array | string, message: string])[] = [
  ["nothing", "", "a.jsonl:1: it is empty"],
  ["blank lines only", "\n\n", "a.jsonl:2: it is empty"],
  ["no header", `${good}\n`, "a.jsonl:1: no lock trace"],
  ["another version", '{"format":"lock-trace","version":2}', "a.jsonl:1: version 2; this refzero reads 1"],
  [
    "a mode that is none",
    `{"format":"lock-trace","version":1,"mode":"fast"}`,
    "a.jsonl:1: 'mode' of the header",
  ],
  [
    "a priming that is none",
    `{"format":"lock-trace","version":1,"prime":["x"]}`,
    "a.jsonl:1: 'prime' of the header",
  ],
  ["a cut line", `${head}\n${good}\n${good.slice(0, 20)}`, "a.jsonl:3: no JSON, or cut off"],
  [
    "a number for a name",
    `${head}\n{"op":"acquire","task":"T","lock":7}\n`,
    "a.jsonl:2: 'lock' of acquire is 7, not a name",
  ],
  [
    "text for a flag",
    `${head}\n{"op":"acquire","task":"T","lock":"A","try":"yes"}\n`,
    "a.jsonl:2: 'try' of acquire",
  ],
  [
    "a subclass too high",
    `${head}\n{"op":"acquire","task":"T","lock":"A","subclass":8}\n`,
    "a.jsonl:2: 'subclass'",
  ],
  [
    "a type that is none",
    `${head}\n{"op":"init","lock":"A","class":"A","type":"lock"}\n`,
    "a.jsonl:2: 'type' of init",
  ],
  ["an unknown op", `${head}\n{"op":"lock","task":"T"}\n`, 'a.jsonl:2: there is no op "lock"'],
  [
    "an op of every object",
    `${head}\n{"op":"toString","task":"T"}\n`,
    'a.jsonl:2: there is no op "toString"',
  ],
  ["no op", `${head}\n{"task":"T"}\n`, "a.jsonl:2: the line has no 'op'"],
  ["a field that is missing", `${head}\n{"op":"release","task":"T"}\n`, "a.jsonl:2: release has no 'lock'"],
  ["a list", `${head}\n[1]\n`, "a.jsonl:2: the line is no JSON object"],
  ["null", `${head}\nnull\n`, "a.jsonl:2: the line is no JSON object"],
  ["NUL bytes", `${head}\n\0\0\0\0\n${good}\n`, "a.jsonl:2: it has a NUL byte"],
  [
    "not UTF-8",
    Buffer.concat([Buffer.from(`${head}\n{"op":"`), Buffer.from([0xff, 0xfe]), Buffer.from('"}\n')]),
    "a.jsonl:2: not UTF-8",
  ],
  [
    "a line of 10 MiB",
    `${head}\n{"op":"acquire","task":"T","lock":"${"a".repeat(10 << 20)}"}\n`,
    "a.jsonl:2: longer than 1024 KiB",
  ],
  ["10 MiB without an end", `${head}\n${"a".repeat(10 << 20)}`, "a.jsonl:2: longer than 1024 KiB"],
  // A report that is there already does not excuse what follows.
  [
    "a bad line after a report",
    `${head}\n{"op":"release","task":"T","lock":"A"}\n{"op":"x"}\n`,
    "a.jsonl:3: there is no op",
  ],
];

describe("a malformed trace is refused with its file and line:", () => {
  test.each(malformed)("%s", async (_what, bytes, message) => {
    await expect(read(bytes)).rejects.toMatchObject({ name: "UsageError", code: "BAD_TRACE" });
    await expect(read(bytes)).rejects.toThrow(message);
    await expect(read(bytes)).rejects.not.toThrow(/\n/);
  });
});

describe("what is allowed:", () => {
  test("unknown fields, blank lines, CRLF, no end of the last line, a byte order mark", async () => {
    const text = `\ufeff${head}\r\n\r\n${good.replace("}", ',"extra":[1]}')}\r\n\r\n{"op":"release","task":"T","lock":"A"}`;
    expect(await read(text)).toMatchObject({ events: 2, reports: [] });
  });

  test("a lock that was never initialised is a mutex of its own class", async () => {
    const { reports } = await read(`${head}\n{"op":"release","task":"T","lock":"A"}\n`);
    expect(reports).toMatchObject([{ kind: "unlock-balance", classes: ["A"], line: 2, event: 1 }]);
  });

  test("names that objects have, and names beyond ASCII", async () => {
    const lines = ["__proto__", "constructor", "Schloß", "锁"].flatMap((lock) => [
      `{"op":"acquire","task":"${lock}","lock":"${lock}"}`,
      `{"op":"release","task":"${lock}","lock":"${lock}"}`,
    ]);
    expect(await read(`${head}\n${lines.join("\n")}\n`)).toMatchObject({
      events: 8,
      classes: 4,
      reports: [],
    });
  });

  test("chunks may be cut anywhere", async () => {
    const lines = [head, good, '{"op":"acquire","task":"T","lock":"Schloß"}', good].join("\n");
    const whole = await read(lines);
    for (const cut of [1, 2, 3, 7, 64]) expect(await read(lines, cut)).toEqual(whole);
    expect(whole.reports).toMatchObject([{ kind: "recursive-locking", line: 4 }]);
  });
});
