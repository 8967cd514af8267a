import { describe, expect, it } from "vitest";
import { readLog } from "../../../src/triage/read/read-log.ts";
import type { LogReport } from "../../../src/triage/read/types.ts";

async function only(text: string): Promise<LogReport> {
  const reports = await readLog([text]);
  expect(reports.map(({ kind, title }) => `${kind}: ${title}`)).toHaveLength(1);
  const [report] = reports;
  if (!report) throw new Error("no report");
  return report;
}

describe("lockdep reports without a case of their own", () => {
  it("a cycle as 4.4 prints it", async () => {
    const report = await only(`
======================================================
[ INFO: possible circular locking dependency detected ]
4.4.0-rc5+ #4 Tainted: G        W
-------------------------------------------------------
my prog (x)/4242 is trying to acquire lock:
 (&(&a->lock)->rlock/1){+.+.+.}, at: [<ffffffff81106156>] take a+0x12/0x34

but task is already holding lock:
 (b_mutex#2){+.+.+.}, at: [<ffffffff8126ca7d>] pipe_lock+0x1d/0x20

which lock already depends on the new lock.

the existing dependency chain (in reverse order) is:

-> #1 (b_mutex#2){+.+.+.}:
       [<ffffffff811061a6>] lock_acquire+0x196/0x1e0
       [<ffffffff817e4499>] ? mutex_lock_nested+0x79/0x380 [foo]

-> #0 (&(&a->lock)->rlock/1){+.+.+.}:
       [<ffffffff81106156>] __lock_acquire+0x1a16/0x1b60

1 lock held by my prog (x)/4242:
 #0:  (b_mutex#2){+.+.+.}, at: [<ffffffff8126ca7d>] pipe_lock+0x1d/0x20

stack backtrace:
CPU: 0 PID: 4242 Comm: my prog (x) Tainted: G        W       4.4.0-rc5+ #4
 ffffffff82a3c2a0 ffff880117b7b9a8 ffffffff813b0f5b ffffffff82a3f5d0
Call Trace:
 [<ffffffff813b0f5b>] dump_stack+0x4b/0x70
 <IRQ>  [<ffffffff81106156>] ? do_it+0x1/0x2
`);
    expect(report.kind).toBe("circular");
    expect(report.task).toEqual({ comm: "my prog (x)", pid: 4242 });
    expect(report.kernel).toBe("4.4.0-rc5+");
    expect(report.wanted?.class).toBe("&(&a->lock)->rlock/1");
    expect(report.holding).toMatchObject({ class: "b_mutex#2", usage: "+.+.+.", at: "pipe_lock" });
    expect(report.chain[0]?.stack.map((f) => [f.function, f.reliable, f.module])).toEqual([
      ["lock_acquire", true, null],
      ["mutex_lock_nested", false, "foo"],
    ]);
    expect(report.stack.map((f) => f.function)).toEqual(["dump_stack", "do_it"]);
    expect(report.missing).toEqual([]);
  });

  it("an inconsistent state", async () => {
    const report = await only(`
================================
WARNING: inconsistent lock state
6.1.0 #1 Not tainted
--------------------------------
inconsistent {SOFTIRQ-ON-W} -> {IN-SOFTIRQ-W} usage.
ksoftirqd/0/16 [HC0[0]:SC1[1]:HE1:SE0] takes:
ffff8880 (&tbl->lock){+.?.}-{2:2}, at: neigh_timer+0x1/0x2
{SOFTIRQ-ON-W} state was registered at:
  lock_acquire+0x1/0x2
  neigh_open+0x3/0x4
irq event stamp: 812
hardirqs last  enabled at (812): [<ffffffff81>] restore+0x1/0x2

other info that might help us debug this:
 Possible unsafe locking scenario:

       CPU0
       ----
  lock(&tbl->lock);
  <Interrupt>
    lock(&tbl->lock);

 *** DEADLOCK ***

no locks held by ksoftirqd/0/16.
`);
    expect(report.kind).toBe("inconsistent-state");
    expect(report.irq).toMatchObject({
      context: "softirq",
      states: { from: "SOFTIRQ-ON-W", to: "IN-SOFTIRQ-W" },
    });
    expect(report.irq?.usages).toMatchObject([{ class: "&tbl->lock", state: "SOFTIRQ-ON-W" }]);
    expect(report.irq?.usages[0]?.stack).toHaveLength(2);
    expect(report.scenario?.rows.map((row) => [row.cpu, row.op, row.interrupt])).toEqual([
      [0, "lock", false],
      [0, "interrupt", true],
      [0, "lock", true],
    ]);
    expect(report.complete).toBe(true);
  });

  it.each([
    [
      "freed-held",
      "WARNING: held lock freed!",
      "a/1 is freeing memory ffff88810000-ffff8881ffff, with a lock still held there!\nffff888100000010 (&x->m){+.+.}-{4:4}, at: f+0x1/0x2\n1 lock held by a/1:\n #0: ffff888100000010 (&x->m){+.+.}-{4:4}, at: f+0x1/0x2",
    ],
    [
      "exit-held",
      "WARNING: a/1 still has locks held!",
      "1 lock held by a/1:\n #0: (____ptrval____) (&x->m){+.+.}-{4:4}, at: f+0x1/0x2",
    ],
    [
      "unlock-balance",
      "[ BUG: bad unlock balance detected! ]",
      "a/1 is trying to release lock (&x->m) at:\n[<ffff8000>] f+0x1/0x2\nbut there are no more locks to release!\nno locks held by a/1.",
    ],
  ])("%s", async (kind, title, body) => {
    const report = await only(
      `======================\n${title}\n6.1.0 #1 Not tainted\n----------------------\n${body}\n`,
    );
    expect(report).toMatchObject({ kind, title, kernel: "6.1.0", task: { comm: "a", pid: 1 }, missing: [] });
    expect(report.wanted).toMatchObject({ class: "&x->m", at: "f" });
  });

  it("a use of RCU", async () => {
    const report = await only(`
=============================
WARNING: suspicious RCU usage
6.1.0 #1 Not tainted
-----------------------------
net/core/dev.c:12 suspicious rcu_dereference_check() usage!

other info that might help us debug this:

rcu_scheduler_active = 2, debug_locks = 1
no locks held by ip/9.

stack backtrace:
CPU: 1 PID: 9 Comm: ip Not tainted 6.1.0 #1
Call Trace:
 <TASK>
 dump_stack_lvl+0x1/0x2
`);
    expect(report).toMatchObject({
      kind: "rcu-usage",
      where: { file: "net/core/dev.c", line: 12 },
      heldCount: 0,
      missing: [],
    });
  });
});

describe("other reports", () => {
  it("hung tasks of one round, with what all tasks hold", async () => {
    const report = await only(`
[  246.1] INFO: task a b:c/0:123 blocked for more than 122 seconds.
[  246.100001]       Not tainted 6.1.0 #1
[  246.100002] task:a b:c/0     state:D stack:0     pid:123   ppid:2
[  246.100003] Call Trace:
[  246.100004]  <TASK>
[  246.100005]  __schedule+0x1/0x2
[  246.100006]  mutex_lock+0x1/0x2
[  246.100007] INFO: task other:77 blocked for more than 122 seconds.
[  246.100008] Call Trace:
[  246.100009]  rwsem_down+0x1/0x2
[  246.100010] 
[  246.100010] Showing all locks held in the system:
[  246.100011] 1 lock held by khungtaskd/30:
[  246.100012]  #0: ffffffff82c51af0 (rcu_read_lock){....}-{1:3}, at: debug_show_all_locks+0x1/0x2
[  246.100013] 2 locks held by a b:c/0/123:
[  246.100014]  #0: ffff888100000000 (sb_writers#4){.+.+}-{0:0}, at: w+0x1/0x2
[  246.100015]  #1: ffff888100000010 (&x->m){+.+.}-{4:4}, at: f+0x1/0x2
[  246.100016] 1 lock held by other/77:
[  246.100017]  #0: ffff888100000020 (&y){++++}-{4:4}, at: g+0x1/0x2
[  246.100018] =============================================
`);
    expect(report).toMatchObject({
      kind: "hung-task",
      seconds: 122,
      task: { comm: "a b:c/0", pid: 123 },
      heldCount: 2,
      missing: [],
    });
    expect(report.held.map((lock) => lock.class)).toEqual(["sb_writers#4", "&x->m"]);
    expect(report.stack.map((f) => f.function)).toEqual(["__schedule", "mutex_lock"]);
    const others = report.otherTasks.map((o) => [
      o.task.comm,
      o.held.map((l) => l.class),
      o.stack.map((f) => f.function),
    ]);
    expect(others).toEqual([
      ["other", ["&y"], ["rwsem_down"]],
      ["khungtaskd", ["rcu_read_lock"], []],
    ]);
  });

  it("a use after free, with the stacks of its memory", async () => {
    const report = await only(`
==================================================================
BUG: KASAN: slab-use-after-free in drm_gem_put+0x12/0x34 [drm]
Read of size 8 at addr ffff888100000010 by task Xorg/12

CPU: 1 UID: 0 PID: 12 Comm: Xorg Not tainted 6.12.0 #1
Call Trace:
 <TASK>
 kasan_report+0x1/0x2
 drm_gem_put+0x12/0x34 [drm]

Allocated by task 11:
 kmalloc+0x1/0x2

Freed by task 12:
 kfree+0x1/0x2
 drm_free+0x1/0x2
==================================================================
`);
    expect(report).toMatchObject({
      kind: "kasan",
      where: { function: "drm_gem_put" },
      task: { comm: "Xorg", pid: 12 },
      kernel: "6.12.0",
      missing: [],
    });
    expect(report.otherStacks.map((s) => [s.title, s.frames.length])).toEqual([
      ["Allocated by task 11", 1],
      ["Freed by task 12", 2],
    ]);
  });

  it.each([
    [
      "------------[ cut here ]------------\nrefcount_t: addition on 0; use-after-free.\nWARNING: CPU: 1 PID: 3 at lib/refcount.c:25 refcount_warn_saturate+0x1/0x2",
      "refcount",
      "addition-on-zero",
    ],
    [
      "------------[ cut here ]------------\nrefcount_t: saturated; leaking memory.\nWARNING: lib/refcount.c:22 at refcount_warn_saturate+0x1/0x2, CPU#1: a/3",
      "refcount",
      "saturated",
    ],
    [
      "------------[ cut here ]------------\nWARNING: [debug_locks && !(lock_is_held(&(&x->m)->dep_map) != 0)] fs/a.c:25 at f+0x1/0x2, CPU#1: a/3",
      "assert-held",
      null,
    ],
    [
      "------------[ cut here ]------------\nDEBUG_LOCKS_WARN_ON(ww_ctx->contending_lock != ww)\nWARNING: CPU: 1 PID: 3 at kernel/locking/mutex.c:25 f+0x1/0x2",
      "ww",
      null,
    ],
    [
      "------------[ cut here ]------------\nreleasing a pinned lock\nWARNING: CPU: 1 PID: 3 at kernel/locking/lockdep.c:25 lock_release+0x1/0x2",
      "pinned",
      null,
    ],
    [
      "------------[ cut here ]------------\nWARNING: CPU: 1 PID: 3 at drivers/x.c:25 f+0x1/0x2 [x]",
      "warning",
      null,
    ],
    [
      "list_del corruption. prev->next should be ffff, but was dead\n------------[ cut here ]------------\nkernel BUG at lib/list_debug.c:53!",
      "oops",
      null,
    ],
    [
      "BUG: kernel NULL pointer dereference, address: 0000000000000018\n#PF: supervisor read access in kernel mode\nOops: 0000 [#1] PREEMPT SMP",
      "oops",
      null,
    ],
  ])("%s", async (head, kind, refcount) => {
    const tail =
      "CPU: 1 PID: 3 Comm: a Not tainted 6.1.0 #1\nCall Trace:\n <TASK>\n g+0x1/0x2\n </TASK>\n---[ end trace 0000000000000000 ]---";
    const report = await only(`boot\n${head}\n${tail}\nlater\n`);
    expect(report).toMatchObject({
      kind,
      refcount,
      task: { comm: "a", pid: 3 },
      kernel: "6.1.0",
      missing: [],
    });
    expect(report.lines).toEqual({ first: 2, last: 1 + `${head}\n${tail}`.split("\n").length });
  });

  it.each([
    [
      "BUG: scheduling while atomic: swapper/0/0/0x00000002\n1 lock held by swapper/0/0:\n #0: ffffffff82c51af0 (&x){....}-{1:3}, at: f+0x1/0x2\nCall Trace:\n g+0x1/0x2",
      "sleep-in-atomic",
    ],
    [
      "UBSAN: array-index-out-of-bounds in drivers/x.c:12:3\nindex 4 is out of range\nCall Trace:\n g+0x1/0x2",
      "ubsan",
    ],
    [
      "rcu: INFO: rcu_preempt self-detected stall on CPU\nrcu: 	0-....: (5249 ticks this GP)\nCPU: 0 PID: 5 Comm: a Not tainted 6.1.0\nCall Trace:\n g+0x1/0x2",
      "rcu-stall",
    ],
    [
      "BUG: MAX_LOCKDEP_ENTRIES too low!\nturning off the locking correctness validator.\nCall Trace:\n g+0x1/0x2",
      "lockdep-off",
    ],
    [
      "INFO: trying to register non-static key.\nThe code is fine but needs lockdep annotation, or maybe\nyou didn't initialize this object before use?\nturning off the locking correctness validator.",
      "lockdep-off",
    ],
  ])("%s", async (text, kind) => {
    expect(await only(`boot\n${text}\nlater`)).toMatchObject({ kind, missing: [] });
  });

  it("other programs' warnings are none", async () => {
    const noise = [
      "java: INFO: task done",
      "WARNING: disk is full",
      "BUG: see tracker",
      "INFO: rcu is nice",
      "fs corruption found",
    ];
    expect(await readLog([noise.join("\n")])).toEqual([]);
  });
});
