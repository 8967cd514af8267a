import { after } from "./after.ts";
import { expectCaught, expectRight, expectRightSoFar, tasksOf } from "./right.ts";
import { rwsemSpec } from "./specs/rwsem.ts";
import { rwsem } from "./subjects.ts";
import * as wrong from "./wrong-locks/rwsem.ts";

expectRight("two tasks on a rwsem", rwsem, rwsemSpec, [
  "read, unread | write, unwrite",
  "write, unwrite | write, unwrite",
  "write, downgrade | read",
  "write, downgrade, unread | read, unread",
  "try write, ?unwrite | read, unread",
  "try read, ?unread | try write, ?unwrite",
]);

const [read, readSpec] = after([[0, "read"]], rwsem, rwsemSpec);
const [written, writtenSpec] = after([[0, "write"]], rwsem, rwsemSpec);

expectRight("two tasks on a rwsem that the first holds for writing", written, writtenSpec, [
  "downgrade | read, unread",
  "downgrade, unread | write",
]);

expectRight("three tasks on a rwsem", rwsem, rwsemSpec, [
  "read | write | try read",
  "write, unwrite | read | try write",
]);

expectRight("three tasks on a rwsem that the first holds for reading", read, readSpec, [
  "unread | write | read",
  "unread | write | write",
  "unread | write | try read",
  "unread | write, unwrite | try read",
]);

expectRight("three tasks on a rwsem that the first holds for writing", written, writtenSpec, [
  "unwrite | write | write",
  "unwrite | read | try write",
  "unwrite | write | try read",
  "downgrade | read | write",
  "downgrade | read | read",
]);

expectRightSoFar(
  "a writer and two readers that come and go: within 1 preemption",
  rwsem,
  rwsemSpec,
  tasksOf("write, unwrite | read, unread | read, unread"),
  { preemptions: 1 },
);

expectCaught(rwsem, rwsemSpec, [
  {
    name: "a reader counts itself in by two steps",
    operations: { read: wrong.readInTwoSteps },
    program: "read | read, unread, try write",
    faults: ["not linearizable"],
  },
  {
    name: "a try to read tests, then sets",
    operations: { "try read": wrong.tryReadThatTestsThenSets },
    program: "try read | write",
    faults: ["not linearizable"],
  },
  {
    name: "a try to write tests, then sets",
    operations: { "try write": wrong.tryWriteThatTestsThenSets },
    program: "try write | try write",
    faults: ["not linearizable"],
  },
  {
    name: "a writer leaves and wakes nobody",
    operations: { unwrite: wrong.unwriteWithoutWake },
    program: "write, unwrite | read",
    faults: ["stuck, lost-wakeup"],
  },
  {
    name: "a downgrade wakes nobody",
    operations: { downgrade: wrong.downgradeWithoutWake },
    program: "write, downgrade | read",
    faults: ["stuck, lost-wakeup"],
  },
  {
    name: "a downgrade lets go for a moment",
    operations: { downgrade: wrong.downgradeThatLetsGo },
    program: "write, downgrade | try write",
    faults: ["not linearizable"],
  },
  {
    name: "the last reader wakes nobody",
    operations: { unread: wrong.unreadThatMiscounts },
    program: "read, unread | write",
    faults: ["stuck, lost-wakeup"],
  },
]);
