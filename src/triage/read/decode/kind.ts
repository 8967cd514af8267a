import type { ReportText } from "../split.ts";
import type { LogReport } from "../types.ts";

/**
 * Functions whose only warning is that a lock is not held; the text of a warning does not say so by itself.
 * @kernel drivers/gpu/drm/drm_gpuvm.c; include/linux/dma-resv.h: dma_resv_assert_held()
 */
const asserters =
  /^(?:drm_gpuvm_bo_(?:put|destroy|obtain|find)|drm_gpuva_(?:link|unlink)|dma_resv_assert_held|\w*lockdep_assert\w*|\w+_assert_(?:lock_)?held|rtnl_assert\w*)$/;

/** Finds the kind of a warning, and of a report whose first line is lost. Null: not a report after all. */
export function settleKind(report: LogReport, text: ReportText): LogReport["kind"] | null {
  if (text.kind === null) {
    if (report.chain.length > 0) return "circular";
    const rows = report.scenario?.rows;
    if (rows && rows.length > 0) {
      if (report.scenario?.kind === "irq") return "irq-order";
      return rows.some((row) => row.cpu === 1) ? "circular" : "recursive-locking";
    }
    return report.contextWait ? "wait-context" : null;
  }
  if (text.kind !== "warning") return text.kind;
  const said = text.lines.slice(0, 12).map((line) => line.text);
  const has = (pattern: RegExp): boolean => said.some((line) => pattern.test(line));
  if (report.refcount) return "refcount";
  if (has(/pinned lock|unpinning an unpinned/)) return "pinned";
  if (has(/DEBUG_LOCKS_WARN_ON\(.*ww|kernel\/locking\/ww_mutex|DEBUG_LOCKS_WARN_ON\(.*ctx->/)) return "ww";
  if (has(/debug_locks && !?\(?\(?lock(?:dep)?_is_held|lock_is_held\w*\(|lockdep_assert/))
    return "assert-held";
  if (asserters.test(report.where?.function ?? "")) return "assert-held";
  return "warning";
}
