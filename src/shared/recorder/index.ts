export * from "#recorder";
export { EVENT, type EventKind, eventKinds, RING, RING_WORDS } from "./events.ts";
