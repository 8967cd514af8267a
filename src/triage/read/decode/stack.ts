import { stackFrames } from "../frame.ts";
import { type Draft, type LineReader, mostFrames, nextPart } from "./draft.ts";

const mostStacks = 16;
/** What stands beside a stack and is no part of it. @kernel arch/x86/kernel/dumpstack.c: show_iret_regs(); lib/dump_stack.c */
const beside =
  /^(?:RIP|pc |lr |sp |RSP|R\w\w:|x\d+ ?:|Code|CR2|DR\d|FS:|pstate|Modules linked|Hardware name|Workqueue|Tainted:)/;

/** Reads stacks: what announces one, and its frames. */
export const readStack: LineReader = (draft, { trimmed }) => {
  const { report } = draft;
  if (/^---\[ end (?:trace|Kernel panic)/.test(trimmed)) {
    draft.ended = true;
    draft.frames = null;
    return true;
  }
  if (/^(?:stack backtrace:|Call [Tt]race:|Backtrace:)/.test(trimmed)) {
    startStack(draft);
    return true;
  }
  const named =
    /^((?:Allocated|Freed|Last potentially related work creation|Second to last|NMI backtrace).*?):?$/.exec(
      trimmed,
    );
  if (named?.[1] !== undefined) {
    const frames: typeof report.stack = [];
    if (report.otherStacks.length < mostStacks) report.otherStacks.push({ title: named[1], frames });
    nextPart(draft, null, frames);
    return true;
  }
  if (beside.test(trimmed)) return true;
  if (!draft.frames) return false;
  const frames = stackFrames(trimmed, draft.frames.length === 0);
  if (!frames) return false;
  if (draft.frames.length < mostFrames) draft.frames.push(...frames);
  return true;
};

function startStack(draft: Draft): void {
  const { report } = draft;
  if (draft.hung) nextPart(draft, null, draft.hung.stack);
  else if (
    draft.frames &&
    draft.frames !== report.stack &&
    report.otherStacks.at(-1)?.frames === draft.frames
  )
    return;
  else nextPart(draft, null, report.stack.length === 0 ? report.stack : []);
}
