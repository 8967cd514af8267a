import type { EdgeOrigin } from "../record/triage-record.ts";
import type { Frame } from "./read/types.ts";

// Where a dependency comes from, told by functions of its stack.

/** Functions that make dependencies at boot which stand for what happens at run time. */
const PRIMING =
  /^(?:dma_resv_lockdep|i915_gem_shrinker_taints_mutex|fs_reclaim_prime\w*|\w*lockdep_prime\w*|might_lock\w*)$/;
/** Functions of boot and of module loading: what they do they do once. */
const INIT =
  /^(?:do_one_initcall|do_initcalls|kernel_init(?:_freeable)?|start_kernel|do_init_module|load_module|init_module\w*|__do_sys_(?:f)?init_module)$/;
/** Functions of device probing: once a device, before anybody uses it. */
const PROBE =
  /^(?!.*(?:kprobe|uprobe|probe_write|probe_event))(?:\w*_probe(?:_\w+)?|__device_attach\w*|driver_probe_device|bus_probe_device|async_run_entry_fn|deferred_probe_work_func)$/;

/** Where a dependency comes from. @kernel drivers/dma-buf/dma-resv.c: dma_resv_lockdep(); init/main.c: do_one_initcall() */
export function originOf(stack: readonly Frame[]): EdgeOrigin {
  const functions = stack.map((frame) => bare(frame.function));
  if (functions.length === 0) return "not shown";
  if (functions.some((name) => PRIMING.test(name))) return "boot priming";
  if (functions.some((name) => INIT.test(name) || PROBE.test(name))) return "init only";
  return "run time";
}

/** Without what compilers add: `.constprop.0`, `.isra.3`. */
export function bare(name: string): string {
  return name.replace(/\.(?:constprop|isra|part|cold|llvm)\b.*$/, "");
}
