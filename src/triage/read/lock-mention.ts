import type { LockMention } from "./types.ts";

const address = String.raw`(?:([0-9a-f]{8,16})|0x([0-9a-f]{6,16})|\(_*ptrval_*\)|\(null\)|0{1,7})`;
/** The class may hold parentheses, blanks, arrows: it ends at the last `){` that usage characters follow. */
const mention = new RegExp(
  String.raw`^(?:#\d+:\s+)?(?:${address}\s+)?\((.*)\)(?:\{([-.+?]{4,8})\})(?:-\{(\d+):\s?(\d+)\})?(?:-([RW]))?(.*)$`,
);
const start = new RegExp(String.raw`^(?:#\d+:\s*)?(?:${address}\s*)?(?:$|\(.*$)`);

/** A line that is the beginning of a lock and not all of it: a mailer wrapped it. */
export function isPartOfMention(text: string): boolean {
  if (mention.test(text)) return /,(?:\s*at:)?(?:\s*\[<[^>]*>\])?\s*$/.test(text);
  // "(udev-worker)/161 is …" begins with a task, "(stub)" is all of it.
  if (text.length === 0 || /^\([^)]*\)$|^0|\)\/\d+ /.test(text)) return false;
  return start.test(text);
}

/** Reads a lock as print_lock() and print_lock_name() write it, with or without `#0:` in front. */
export function lockMention(text: string): LockMention | null {
  const found = mention.exec(text);
  const name = found?.[3];
  if (!found || name === undefined) return null;
  return {
    class: name.trim(),
    address: shown(found[1] ?? found[2]),
    usage: found[4] ?? null,
    waitType:
      found[5] === undefined || found[6] === undefined
        ? null
        : { outer: Number(found[5]), inner: Number(found[6]) },
    readState: found[7] === undefined ? null : found[7] === "R",
    at: placeOf(found[8] ?? ""),
  };
}

/** Two locks with an arrow between: "(A){....} -> (B){....}". The names may hold arrows themselves. */
export function lockPair(text: string): { from: LockMention; to: LockMention } | null {
  const found = /^(\(.*\)\{[-.+?]{4,8}\}\S*) -> (\(.*)$/.exec(text);
  const from = lockMention(found?.[1] ?? "");
  const to = lockMention(found?.[2] ?? "");
  return from && to ? { from, to } : null;
}

/** A lock with a name and nothing else: "is trying to release lock (A) at:". */
export function namedLock(name: string, at: string | null): LockMention {
  return { class: name, address: null, usage: null, waitType: null, readState: null, at };
}

function shown(digits: string | undefined): string | null {
  return digits === undefined || /^0+$/.test(digits) ? null : digits;
}

/** The function of ", at: [<ffff…>] function+0x12/0x34 [module]". */
function placeOf(rest: string): string | null {
  return functionAt(/at:\s*(.*)$/.exec(rest)?.[1] ?? "");
}

/** The function that a place names, in any of the forms a place has. */
export function functionAt(place: string): string | null {
  return /^(?:\[<[^>]*>\]\s*)?(?:\? )?([A-Za-z_.$][\w.$]*)/.exec(place.trim())?.[1] ?? null;
}
