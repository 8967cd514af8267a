import type { Frame } from "./types.ts";

const marks = /^(?:<\/?[A-Z#]\w*>\s*)+/;
/** `[<ffffffff81106156>]`, powerpc's two plain addresses, s390's `([<…>]`. */
const addresses = /^\(?(?:\[<?[0-9a-f]{8,16}>?\]\s*)+/;
const symbol = String.raw`([A-Za-z_.$][\w.$:<>]*)`;
const withOffset = new RegExp(
  `^(\\? )?${symbol}\\+(0x[0-9a-f]+(?:\\/0x[0-9a-f]+)?)\\)?(?:\\s+\\(\\S+\\))?(?:\\s+\\[([\\w-]+)[^\\]]*\\]?)?`,
);
/** scripts/decode_stacktrace.sh: `function (file:line)`, with `inlined`; syzbot: `function file:line [inline]`. */
const decoded = new RegExp(
  `^(\\? )?${symbol}(?: \\((?:\\S*:\\d+|discriminator|\\?).*|\\s+\\S+:\\d+(?: \\[inline\\])?)$`,
);
/** arch/arm/kernel/traps.c: dump_backtrace_entry(): callee and caller in one line. */
const armCall = new RegExp(`^${symbol} from ${symbol}\\+(0x[0-9a-f]+\\/0x[0-9a-f]+)(?:\\s+\\[(\\w+)\\])?`);
const bareAddress = /^0x[0-9a-f]+$/;

/** Reads a line of a stack; null if it is none. A line that names no function gives an empty list. */
export function stackFrames(line: string, first: boolean): Frame[] | null {
  const text = line.trim();
  if (text === "..." || bareAddress.test(text)) return [];
  const marked = text.replace(marks, "");
  if (marked === "") return text === "" ? null : [];
  const body = marked.replace(addresses, "");
  const arm = armCall.exec(body);
  if (arm) {
    const caller = frame(arm[2], arm[3], arm[4], true, false);
    return first ? [frame(arm[1], undefined, undefined, true, false), caller] : [caller];
  }
  const plain = withOffset.exec(body);
  if (plain) return [frame(plain[2], plain[3], module(plain[4]), plain[1] === undefined, false)];
  const read = decoded.exec(body);
  if (read) {
    const inlined = /\[inline\]|\(inlined\)|inlined by/.test(body);
    return [frame(read[2], undefined, /\) (\w+)$/.exec(body)?.[1], read[1] === undefined, inlined)];
  }
  return null;
}

function module(name: string | undefined): string | undefined {
  return name === "inline" ? undefined : name;
}

function frame(
  name: string | undefined,
  offset: string | undefined,
  from: string | undefined,
  reliable: boolean,
  inlined: boolean,
): Frame {
  return { function: name ?? "", offset: offset ?? null, module: from ?? null, reliable, inlined };
}
