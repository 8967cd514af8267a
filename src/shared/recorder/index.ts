export * from "#recorder";
export { EVENT, type EventKind, eventKinds, LOCKED, RING, RING_WORDS } from "./events.ts";
