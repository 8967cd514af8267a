import { parentPort, workerData } from "node:worker_threads";

// One real thread of a test: runs tasks of programs in the blocking build, as often as it is asked to. The arena
// is left where the doors look for it before any module that touches memory is loaded.

const { arena, programs, places } = workerData;
const words = new Int32Array(arena);
Object.assign(globalThis, { [Symbol.for("refzero.arena")]: words });

const { bind, publish, RunAborted, WorldAbandoned } = await import("#shared/atomic/index");
const { barrier } = await import("#shared/atomic/barrier");
const { placeStats } = await import("#shared/stats");
const { placeTasks, setCurrentTask, TASK, TASK_STATE, taskBlock } = await import("#shared/task");
const { placeViolations } = await import("#shared/violation");

function place({ task, params, spinLimit, seed, chaos }) {
  bind(words, { spinLimit, seed: seed + task * 7919, chaos });
  placeTasks(places.taskBlocks, params.tasks);
  placeStats(places.stats);
  placeViolations(places.violations);
  setCurrentTask(task);
}

function endOf(error) {
  if (error instanceof RunAborted) return { end: "aborted" };
  if (error instanceof WorldAbandoned) return { end: "abandoned", message: error.message };
  return { end: "threw", message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

function run(order, program) {
  const state = taskBlock(order.task) + TASK.STATE;
  try {
    barrier(order.params.tasks, false, () => {});
    publish(state, TASK_STATE.RUNNING);
    return { end: "finished", result: program.task(order.root, order.task, order.params) };
  } catch (error) {
    return endOf(error);
  } finally {
    publish(state, TASK_STATE.FINISHED);
  }
}

parentPort.on("message", async (order) => {
  const { default: program } = await import(`${programs}/${order.program}.js`);
  place(order);
  parentPort.postMessage({ run: order.run, task: order.task, ...run(order, program) });
});
parentPort.postMessage({ ready: true });
