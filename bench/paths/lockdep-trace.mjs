import { once } from "node:events";
import { createWriteStream } from "node:fs";

const CLASSES = 200;
const TASKS = 50;
/** Chains that each task takes again and again. */
const CHAINS = 8;

/** A generator of numbers that is the same every time. */
function numbers(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** The lines of one round: every task goes through its chains, always in the same order of classes. */
export function steadyRound() {
  const draw = numbers(7);
  const lines = [];
  for (let task = 0; task < TASKS; task++) {
    for (let chain = 0; chain < CHAINS; chain++) {
      const depth = 2 + draw(4);
      const held = [...new Set(Array.from({ length: depth }, () => draw(CLASSES)))].sort((a, b) => a - b);
      for (const lock of held)
        lines.push(
          JSON.stringify({
            op: "acquire",
            task: `task-${task}`,
            lock: `lock-${lock}`,
            ip: `file${lock}.c:${lock}`,
          }),
        );
      for (const lock of held.reverse())
        lines.push(JSON.stringify({ op: "release", task: `task-${task}`, lock: `lock-${lock}` }));
    }
  }
  return lines;
}

/** The lines that come first. */
export function preamble() {
  const inits = Array.from({ length: CLASSES }, (_, lock) =>
    JSON.stringify({ op: "init", lock: `lock-${lock}`, class: `class-${lock}`, type: "mutex" }),
  );
  return [JSON.stringify({ format: "lock-trace", version: 1, name: "steady state" }), ...inits];
}

/** Writes a trace of at least so many bytes; `unique`: with a field that makes every line another. */
export async function writeTrace(file, bytes, { unique = false } = {}) {
  const round = steadyRound();
  const whole = Buffer.from(`${round.join("\n")}\n`);
  const out = createWriteStream(file);
  out.write(`${preamble().join("\n")}\n`);
  let at = 0;
  for (let written = 0; written < bytes; ) {
    const text = unique ? round.map((line) => `${line.slice(0, -1)},"t":${at++}}\n`).join("") : whole;
    if (!out.write(text)) await once(out, "drain");
    written += text.length;
  }
  out.end();
  await once(out, "close");
}
