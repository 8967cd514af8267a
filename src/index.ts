// What a scenario file imports. In the explorer and in the coordinator this resolves to the stepped build, in a
// worker to the blocking build: the same names either way.

export {
  type Cell,
  type Expectation,
  type Mode,
  type Reuse,
  type Scenario,
  scenario,
  type TaskSpec,
} from "#scenarios/define";
export { choice, int, type Param, type Params, type ParamValues } from "#scenarios/params";
export {
  type Addr,
  add,
  and,
  type Blocking,
  choose,
  compareExchange,
  cpuRelax,
  exchange,
  exchangeWhen,
  load,
  loadWhen,
  notify,
  or,
  peek,
  read,
  readOnce,
  type Step,
  store,
  wait,
  write,
  writeOnce,
} from "#shared/atomic/index";
export * from "#shared/errno";
export { allocate, allocateWords, free, isLive, liveObjects } from "#shared/memory/object";
export { type Layout, printStruct, struct } from "#shared/memory/struct";
export * from "#shared/sync/completion";
export * from "#shared/sync/futex";
export * from "#shared/sync/kref";
export * from "#shared/sync/lru";
export * from "#shared/sync/message-port";
export * from "#shared/sync/mutex";
export * from "#shared/sync/refcount";
export * from "#shared/sync/rwsem";
export * from "#shared/sync/spinlock";
export * from "#shared/sync/wait-queue";
export * from "#shared/sync/ww-context";
export * from "#shared/sync/ww-mutex";
export * from "#shared/sync/ww-retry";
export { currentTask } from "#shared/task";
export { report, type ViolationKind, violationKinds } from "#shared/violation";
