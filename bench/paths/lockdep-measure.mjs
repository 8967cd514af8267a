import { createReadStream } from "node:fs";
import { validateTrace } from "../../dist/lockdep/validate.js";
import { Validator } from "../../dist/lockdep/validator.js";
import { preamble, steadyRound } from "./lockdep-trace.mjs";

// A process of its own: node --expose-gc lockdep-measure.mjs FILE MODE | retained MODE. Prints one JSON object.

const [what, mode] = process.argv.slice(2);

async function validated() {
  const started = performance.now();
  const record = await validateTrace(what, createReadStream(what, { highWaterMark: 1 << 20 }), mode);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage();
  const { maxRSS } = process.resourceUsage();
  return {
    events: record.events,
    reports: record.reports.length,
    seconds,
    cpu: (user + system) / 1e6,
    rss: maxRSS / 1024,
  };
}

/** Bytes of heap that an event leaves behind, once every chain is known. */
function retained() {
  const validator = new Validator(mode);
  for (const line of preamble().slice(1)) validator.event(JSON.parse(line));
  const events = steadyRound().map((line) => JSON.parse(line));
  const rounds = (count) => {
    for (let round = 0; round < count; round++) for (const event of events) validator.event(event);
    globalThis.gc();
    return process.memoryUsage().heapUsed;
  };
  const before = rounds(50);
  const after = rounds(400);
  return { bytes: Math.max(0, after - before) / (400 * events.length), events: 400 * events.length };
}

console.log(JSON.stringify(what === "retained" ? retained() : await validated()));
