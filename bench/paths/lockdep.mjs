import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "../rounds.mjs";
import { writeTrace } from "./lockdep-trace.mjs";

const MIB = 1024 * 1024;
const script = fileURLToPath(new URL("./lockdep-measure.mjs", import.meta.url));

function measure(...args) {
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--expose-gc", script, ...args], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** Five processes; the median of their rates. */
function rate(file, mode) {
  return median(
    Array.from({ length: 5 }, () => measure(file, mode)).map(({ events, seconds }) => events / seconds),
  );
}

/** Validation of a trace with 200 classes and 50 tasks whose chains are known after the first round. */
export async function lockdep() {
  const folder = mkdtempSync(join(tmpdir(), "refzero-bench-"));
  const perSecond = (name, value, least) => ({
    name,
    value,
    base: 1e6,
    unit: "/s",
    ratio: value / 1e6,
    least,
  });
  try {
    const [steady, unique, large] = ["steady", "unique", "large"].map((name) =>
      join(folder, `${name}.jsonl`),
    );
    await writeTrace(steady, 128 * MIB);
    await writeTrace(unique, 64 * MIB, { unique: true });
    await writeTrace(large, 1024 * MIB);
    const whole = measure(large, "kernel");
    const left = measure("retained", "kernel");
    return [
      perSecond("lockdep: events a second, kernel mode", rate(steady, "kernel"), 1),
      perSecond("lockdep: events a second, exact mode", rate(steady, "exact")),
      perSecond("lockdep: events a second, no line twice", rate(unique, "kernel")),
      perSecond("lockdep: events a second, 1 GiB", whole.events / whole.seconds, 1),
      {
        name: "lockdep: resident with 1 GiB",
        value: whole.rss,
        base: 300,
        unit: "MiB",
        ratio: whole.rss / 300,
        most: 1,
      },
      {
        name: "lockdep: heap kept an event",
        value: left.bytes,
        base: 1,
        unit: "B",
        ratio: left.bytes,
        most: 0.01,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
