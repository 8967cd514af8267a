import { isPartOfMention } from "./lock-mention.ts";
import type { LogLine } from "./prefix.ts";

/** Messages that end where the next line has to go on. */
const open = [
  /\) at:\s*$/,
  /\bComm: .*(?:Not tainted|Tainted:[A-Z ]*)\s*$/,
  /^\s*-> #\d+\s*$/,
  /is trying to (?:acquire|release)\s*$/,
  /^\s*#\d+:\s*$/,
  /^in_atomic\(\):(?!.*name: \S).*$/,
  /^WARNING: .*\bat(?: \S+:\d+)?\s*$/,
  /^BUG: sleeping function .*(?:context|at)\s*$/,
  /^INFO: task .*(?:than|more|for|blocked)\s*$/,
];
const mostParts = 3;

/**
 * Puts back together what a mailer wrapped: a lock and its "at:", a version line. Only a line without a prefix can be
 * the rest of another, if the log has prefixes at all.
 */
export function joinWrapped(lines: readonly LogLine[]): LogLine[] {
  const joined: LogLine[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i];
    if (!line) continue;
    let text = line.text;
    let parts = 1;
    while (parts <= mostParts && goesOn(text)) {
      const next = lines[i + 1];
      if (!next || next.text.trim() === "" || (line.prefixed && next.prefixed) || begins(next.text)) break;
      text = `${text.trimEnd()} ${next.text.trim()}`.slice(0, 4096);
      parts++;
      i++;
    }
    joined.push(parts === 1 ? line : { ...line, text, end: lines[i]?.no ?? line.no });
  }
  return joined;
}

function goesOn(text: string): boolean {
  return isPartOfMention(text.trim()) || open.some((pattern) => pattern.test(text));
}

/** A line that cannot be the rest of another. */
function begins(text: string): boolean {
  return /^\s*(?:-> #\d|#\d+:|but |which |other info|the existing|stack backtrace|Call |Modules linked|CPU:|RIP|refcount_t|DEBUG_LOCKS|preempt_count|\*\*\*|={10}|-{10})/.test(
    text,
  );
}
