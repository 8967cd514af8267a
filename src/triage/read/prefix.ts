/** A line of a log without what the ways to save a log put in front of it. */
export interface LogLine {
  /** From 1. */
  no: number;
  /** The last line of the file that was put together with it. */
  end?: number;
  /** Leading blanks are kept: they tell the columns of a scenario. */
  text: string;
  /** `T123` or `C1` of CONFIG_PRINTK_CALLER; null where the log has none. */
  caller: string | null;
  /** True where a prefix was found. A line without one continues the message before it, or was wrapped by a mailer. */
  prefixed: boolean;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours begin with ESC
const colours = /\u001b(?:\[[0-9;?]*[A-Za-z]|\][^\u0007]*\u0007)/g;
const quotes = /^(?:\s{0,2}[>|]+(?= |$|>|\[))+ ?/;
/** `[   12.345678]`, with whatever host, level or test runner is in front. */
const stamp = /^(.{0,120}?)\[ {0,7}\d{1,7}\.\d{3,9}\] ?/;
/** `[Wed Jun  6 15:25:44 2018]` and `[2018-06-06T15:25:44,123456+02:00]` of `dmesg -T`. */
const dmesgDate =
  /^(?:.{0,60}? )?\[(?:[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4}|\d{4}-\d\d-\d\dT[^\]\s]{8,32})(?:\] ?|$)/;
/** A record of /dev/kmsg; the caller, if any, is the last field before the semicolon. */
const kmsg = /^(?:.{0,80}? )?\d{1,4},\d{1,10},\d{1,16},[-c+][^;\s]{0,40};/;
const syslog =
  /^(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} [ \d]\d (?:\d{4} )?[\d:]{8}(?:\.\d+)?|\d{4}-\d\d-\d\d[T ][\d:]{8}\S*)\s+(?:\S+ )??(?:\S+ )?kernel(?:\[\d+\])?: ?/;
const isoDate = /^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*\]?(?: |$)/;
/** logcat: `01-01 12:00:00.000     0     0 W         : text`. */
const logcat = /^\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\s+(?:\S+\s+)?\d+\s+\d+ [VDIWEF] [^:]{0,30}: ?/;
const bareKernel = /^(?:\S+ )?kernel: /;
const facility = /^(?:kern|user|daemon|syslog)\s*:\s*[a-z]+\s*: ?/;
const level = /^<[0-9a-f]{1,3}>/;
const callerId = /^\[ {0,10}([TC]\d{1,10})\] ?/;

/** In this order: the first that fits is cut off. A stamp goes first, it takes everything in front of it along. */
const prefixes = [stamp, dmesgDate, kmsg, syslog, logcat, facility, isoDate, bareKernel] as const;

/** `#012` of rsyslog and `\x0a` of /dev/kmsg stand for a newline inside of a message. */
const newlines = /#012|\\x0a|\\n(?=\s*(?:but|which|the existing|-> #|other info|stack backtrace|\*\*\*))/;

/** Cuts the prefix off a line as saved; a record with newlines inside gives several lines. */
export function logLines(raw: string, no: number): LogLine[] {
  let text = raw;
  if (text.includes("\u001b")) text = text.replace(colours, "");
  text = text.replace(/\r+$/, "").replace(/\r/g, "").replace(quotes, "");
  let caller: string | null = null;
  let prefixed = false;
  for (const prefix of prefixes) {
    const found = prefix.exec(text);
    if (!found) continue;
    caller = /caller=([TC]\d+)/.exec(found[0])?.[1] ?? null;
    text = text.slice(found[0].length);
    prefixed = true;
    break;
  }
  // A record forwarded by syslog may hold the kernel's own stamp and level again.
  text = text.replace(level, "").replace(/^\[ {0,7}\d{1,7}\.\d{3,9}\] ?/, "");
  const id = callerId.exec(text);
  if (id?.[1] !== undefined && (prefixed || text.length > id[0].length)) {
    caller = id[1];
    text = text.slice(id[0].length);
  }
  if (!newlines.test(text)) return [{ no, text, caller, prefixed }];
  return text.split(newlines).map((part) => ({ no, text: part, caller, prefixed }));
}
