import { look } from "#shared/atomic/coordinator";
import { peek } from "#shared/atomic/index";
import { EVENT, RING } from "#shared/recorder/events";
import type { GuideEvent, TaskGuide } from "../record/race-guide.ts";

/**
 * What a ring still holds of one world of one batch, oldest first; undefined if it does not hold the world's beginning.
 * The door has to be bound to the arena. Objects are addresses in it.
 */
export function worldEvents(
  view: Int32Array,
  ring: number,
  world: number,
  batch: number,
): TaskGuide | undefined {
  const head = look(view, ring + RING.HEAD);
  let events: GuideEvent[] | undefined;
  let left = false;
  for (let index = Math.max(0, head - RING.EVENTS); index < head; index++) {
    const entry = ring + RING.FIRST + (index & (RING.EVENTS - 1)) * RING.WORDS;
    const [event, object, value] = [peek(entry), peek(entry + 1), peek(entry + 2)];
    if (event === EVENT.WORLD) {
      if (events !== undefined) left = true;
      // A soak world is entered again and again.
      if (object === world && value === batch) {
        events = [];
        left = false;
      } else if (left) break;
    } else if (!left) events?.push({ event, object, value });
  }
  return events === undefined ? undefined : { events, left };
}
