import { PathTeam } from "../dist/bench/path-team.js";

const { lockPaths } = await import("#scenarios/paths/index");
const [name, ...kv] = process.argv.slice(2);
const e = lockPaths.find((p) => p.definition.name === name);
const params = Object.fromEntries(Object.entries(e.definition.params).map(([k, v]) => [k, v.default]));
for (const x of kv) {
  const [k, v] = x.split("=");
  params[k] = isNaN(v) ? v : Number(v);
}
const t = await PathTeam.start(
  { path: e.definition, module: e.module, params },
  { seed: 1, recorder: false },
);
for (let i = 0; i < 5; i++) {
  const r = await t.team.run("throughput", i < 2 ? 0.1 : 1, Number(process.env.CHUNK ?? 256));
  const rate = r.ops.reduce((s, o, i) => s + o / r.ms[i], 0) * 1000;
  console.log(
    (rate / 1e6).toFixed(2) + " M/s",
    (1e9 / rate).toFixed(1) + " ns",
    "fair",
    (Math.min(...r.ops) / Math.max(...r.ops)).toFixed(2),
    "cpu",
    (r.cpuSeconds / (Math.max(...r.ms) / 1000)).toFixed(2),
  );
}
t.team.forget();
const l = await t.team.run("latency", 1, 1);
const b = t.team.recorded(0);
const { valueOf } = await import("../dist/bench/buckets.js");
let n = 0;
for (const x of b) n += x;
for (const q of [0.5, 0.99, 0.999, 1]) {
  let c = 0;
  for (let i = 0; i < b.length; i++) {
    c += b[i];
    if (c >= q * n) {
      console.log("p" + q, valueOf(i));
      break;
    }
  }
}
const c = t.counters();
console.log(
  Object.entries(c)
    .filter(([k, v]) => v)
    .map(([k, v]) => k + "=" + v)
    .join(" "),
  "violations",
  t.violations(),
);
await t.team.quit();
await t.end();
