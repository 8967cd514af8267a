export * from "#door";
export { RunAborted, WorldAbandoned } from "./abort.ts";
export { CONTROL, CONTROL_WORDS } from "./control.ts";
export type { Addr, Blocking, BlockingModule, Step } from "./step.ts";
