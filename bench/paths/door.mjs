import { isolated } from "../isolate.mjs";
import { median, pairedRatio } from "../rounds.mjs";

/** What the door costs: paths of the blocking build against the same operations by hand. */
export async function door() {
  const times = await isolated("./paths/door-measure.mjs", ["refzero-blocking"]);
  return [
    row("gem lookup + put", times.lookup, times.lookupByHand),
    row("pages take + free", times.pages, times.pagesByHand),
  ];
}

function row(name, path, byHand) {
  return {
    name: `path: ${name}`,
    value: median(path),
    base: median(byHand),
    unit: "ns",
    ratio: pairedRatio(path, byHand),
    most: 1.15,
  };
}
