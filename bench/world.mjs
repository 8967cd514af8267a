// A small world in the blocking build, for paths that are measured one at a time. Only for use inside `isolated`.
const door = await import("#shared/atomic/index");
const { initHeap } = await import("#shared/memory/heap");
const { placeTasks, setCurrentTask } = await import("#shared/task");
const { placeStats } = await import("#shared/stats");
const { placeViolations } = await import("#shared/violation");
const { placeRecorder } = await import("#shared/recorder/index");

export const words = globalThis[Symbol.for("refzero.arena")];
/** Words that no object uses: for hand-written baselines. */
export const SPARE = 40_000;

/** Lays out one task and a heap; returns the heap. */
export function world() {
  door.bind(words, { spinLimit: 100, seed: 1 });
  placeTasks(1024, 1);
  placeStats(2048);
  placeViolations(4096);
  placeRecorder(8192);
  setCurrentTask(0);
  return initHeap(65_536, 100_000, 0);
}
