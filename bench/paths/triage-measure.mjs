import { createReadStream } from "node:fs";
import { triage } from "../../dist/triage/triage.js";

// A process of its own: node triage-measure.mjs FILE. Prints one JSON object.

const [file] = process.argv.slice(2);
const started = performance.now();
const { file: found } = await triage(file, createReadStream(file, { highWaterMark: 1 << 20 }), []);
console.log(
  JSON.stringify({
    reports: found.reports.map(({ kind, verdict }) => `${kind} ${verdict}`),
    seconds: (performance.now() - started) / 1000,
    rss: process.resourceUsage().maxRSS / 1024,
  }),
);
