import { availableParallelism, loadavg } from "node:os";
import { batches } from "./paths/batches.mjs";
import { door } from "./paths/door.mjs";
import { monitor } from "./paths/monitor.mjs";
import { wwLock } from "./paths/ww-lock.mjs";

// node bench/run.mjs [door|ww-lock|batches|monitor ...]   all by default. Ratios are to a baseline in the same run.

const suites = { door, "ww-lock": wwLock, batches, monitor };
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !(name in suites));
if (unknown !== undefined) {
  process.stderr.write(`bench: no benchmark '${unknown}'. Allowed: ${Object.keys(suites).join(", ")}.\n`);
  process.exit(2);
}

const number = (value) =>
  value >= 1000 ? Math.round(value).toLocaleString("en-US") : value.toFixed(value >= 100 ? 0 : 1);

function judged({ ratio, most, least }) {
  if (most !== undefined) return `${ratio <= most ? "ok" : "MISSED"} (at most ${most})`;
  if (least !== undefined) return `${ratio >= least ? "ok" : "MISSED"} (at least ${least})`;
  return "";
}

const load = loadavg()[0];
console.log(`${availableParallelism()} CPUs, node ${process.version}, load ${load.toFixed(1)} at the start`);
if (load > 0.5)
  console.log("warning: the machine is not idle: ratios of paired rounds hold, worlds a second do not");
console.log("| what | measured | baseline | ratio | |");
console.log("|---|---|---|---|---|");
for (const name of asked.length > 0 ? asked : Object.keys(suites)) {
  for (const row of await suites[name]()) {
    console.log(
      `| ${row.name} | ${number(row.value)} ${row.unit} | ${number(row.base)} ${row.unit} | ${row.ratio.toFixed(2)} | ${judged(row)} |`,
    );
  }
}
