import { isolated } from "../isolate.mjs";
import { median, pairedRatio } from "../rounds.mjs";

/** Locks without contention, against a hand-written three-state futex mutex. */
export async function wwLock() {
  const rows = [];
  for (const [kind, name, most] of [
    ["mutex", "mutex", undefined],
    ["alone", "ww-mutex, no context", 1.3],
    ["context", "ww-mutex, in a context", 2.0],
  ]) {
    const { ours, byHand } = await isolated("./paths/ww-lock-measure.mjs", ["refzero-blocking"], { kind });
    rows.push({
      name: `lock+unlock: ${name}`,
      value: median(ours),
      base: median(byHand),
      unit: "ns",
      ratio: pairedRatio(ours, byHand),
      most,
    });
  }
  return rows;
}
