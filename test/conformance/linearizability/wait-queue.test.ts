import { expectCaught, expectRight } from "./right.ts";
import { waitQueueSpec } from "./specs/wait-queue.ts";
import { tickets, waitQueue } from "./subjects.ts";
import * as wrong from "./wrong-locks/wait-queue.ts";

expectRight("two tasks on a wait queue", waitQueue, waitQueueSpec, [
  "prepare, sleep, finish | wake 1",
  "prepare, finish | wake 1, wake 1",
  "await | happen",
]);

expectRight("three tasks on a wait queue", waitQueue, waitQueueSpec, [
  "prepare | prepare | wake 1",
  "prepare, sleep | prepare | wake 1",
  "prepare, finish | prepare | wake 1",
  "prepare, sleep | prepare, sleep | wake 2",
  "prepare | wake 1 | wake 1",
]);

expectCaught(waitQueue, waitQueueSpec, [
  {
    name: "the ticket is drawn after the queue is left alone",
    operations: { prepare: wrong.prepareWithLateTicket(tickets) },
    program: "prepare, sleep | wake 1",
    faults: ["stuck, wait-forever"],
  },
  {
    name: "who is taken off is not woken",
    operations: { "wake 1": wrong.wakeUpThatOnlyUnlinks },
    program: "prepare, sleep | wake 1",
    faults: ["stuck, wait-forever"],
  },
  {
    name: "a waiter looks before it joins the queue",
    operations: { await: wrong.awaitThatLooksFirst },
    program: "await | happen",
    faults: ["stuck, wait-forever"],
  },
  {
    name: "the queue is woken before it has happened",
    operations: { happen: wrong.happenAfterWaking },
    program: "await | happen",
    faults: ["stuck, wait-forever"],
  },
]);
