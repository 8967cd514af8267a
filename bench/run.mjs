import { availableParallelism, loadavg } from "node:os";
import { batches } from "./paths/batches.mjs";
import { door } from "./paths/door.mjs";
import { explore } from "./paths/explore.mjs";
import { hooks } from "./paths/hooks.mjs";
import { lockdep } from "./paths/lockdep.mjs";
import { monitor } from "./paths/monitor.mjs";
import { triage } from "./paths/triage.mjs";
import { wwLock } from "./paths/ww-lock.mjs";
import { ratioTable } from "./table.mjs";

// node bench/run.mjs [door|ww-lock|batches|monitor|lockdep|hooks|triage|explore ...] [--quick]
// All by default. Ratios are to a baseline in the same run. --quick (explore only): a few programs and short limits, to
// see that it runs; what it prints is not worth keeping.

const ratios = { door, "ww-lock": wwLock, batches, monitor, lockdep, hooks, triage };
const names = [...Object.keys(ratios), "explore"];
const args = process.argv.slice(2);
const quick = args.includes("--quick");
const asked = args.filter((arg) => arg !== "--quick");
const unknown = asked.find((name) => !names.includes(name));
if (unknown !== undefined) {
  process.stderr.write(`bench: no benchmark '${unknown}'. Allowed: ${names.join(", ")}, and --quick.\n`);
  process.exit(2);
}
const wanted = asked.length > 0 ? asked : names;

const load = loadavg()[0];
console.log(`${availableParallelism()} CPUs, node ${process.version}, load ${load.toFixed(1)} at the start`);
if (load > 0.5)
  console.log("warning: the machine is not idle: ratios of paired rounds hold, worlds a second do not");

const rows = [];
for (const name of wanted) rows.push(...((await ratios[name]?.()) ?? []));
if (rows.length > 0) console.log(ratioTable(rows));
if (wanted.includes("explore")) await explore({ quick, print: (text) => console.log(text) });
