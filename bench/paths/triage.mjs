import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MIB = 1024 * 1024;
const script = fileURLToPath(new URL("./triage-measure.mjs", import.meta.url));
const splat = new URL("../../test/fixtures/shmem-free.log", import.meta.url);

/** A log of 200 MiB with one report in the middle. */
export async function triage() {
  const folder = mkdtempSync(join(tmpdir(), "refzero-bench-"));
  try {
    const file = join(folder, "large.log");
    await writeLog(file, 200 * MIB);
    const { stdout, stderr, status } = spawnSync(process.execPath, [script, file], { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
    const { reports, seconds, rss } = JSON.parse(stdout);
    if (reports.join() !== "circular spurious") throw new Error(`it found ${reports.join()}`);
    const mark = (name, value, base, unit) => ({ name, value, base, unit, ratio: value / base, most: 1 });
    return [mark("triage: 200 MiB, one report", seconds, 5, "s"), mark("triage: resident", rss, 300, "MiB")];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function writeLog(file, bytes) {
  const out = createWriteStream(file);
  const report = readFileSync(splat);
  let at = 0;
  let reported = false;
  for (let written = 0; written < bytes; ) {
    const lines = Array.from({ length: 1000 }, () => {
      at += 17;
      return `[${(at / 1e5).toFixed(6).padStart(12)}] usb 1-${at % 9}: device descriptor read/64, error -${at % 110}`;
    });
    const text = `${lines.join("\n")}\n`;
    if (!reported && written > bytes / 2) {
      out.write(report);
      reported = true;
    }
    if (!out.write(text)) await once(out, "drain");
    written += text.length;
  }
  out.end();
  await once(out, "finish");
}
