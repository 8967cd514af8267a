import { describe, expect, test } from "vitest";
import type { Addr, Step } from "#shared/atomic/index";
import { EAGAIN, EPIPE } from "#shared/errno";
import {
  MessagePort,
  PORT_SLOTS,
  portClose,
  portMarkClosed,
  portPost,
  portReceive,
  portTryReceive,
} from "#shared/sync/message-port";
import { report } from "#shared/violation";
import { explored } from "../explore/exploring.ts";
import { type Body, smallWorld } from "../explore/small-world.ts";

const RESULT = MessagePort.size;

function* expectResult(base: Addr, got: number, wanted: number): Step<void> {
  if (got !== wanted) report("invariant", base + RESULT, got);
}

async function kinds(...bodies: Body[]): Promise<string[]> {
  const found = await explored(smallWorld(bodies), { granularity: "lock" });
  return found.witnesses.map(({ finding }) => finding.kind);
}

/** Posts 1 and 2 and closes. */
const sender: Body = function* (port) {
  yield* portPost(port, 1);
  yield* portPost(port, 2);
  yield* portClose(port);
};

describe("a message port", () => {
  test("gives messages in order, then its end", async () => {
    const receiver: Body = function* (port) {
      for (const wanted of [1, 2, EPIPE, EPIPE]) yield* expectResult(port, yield* portReceive(port), wanted);
    };
    expect(await kinds(sender, receiver)).toEqual([]);
    const wrong: Body = function* (port) {
      yield* expectResult(port, yield* portReceive(port), 2);
    };
    expect(await kinds(sender, wrong)).toEqual(["invariant"]);
  });

  test("wakes every receiver at its end, and only a fault leaves one asleep", async () => {
    const receiver: Body = function* (port) {
      while ((yield* portReceive(port)) !== EPIPE);
    };
    expect(await kinds(receiver, receiver, sender)).toEqual([]);
    const faulty: Body = function* (port) {
      yield* portMarkClosed(port, false);
    };
    expect(await kinds(receiver, faulty)).toEqual(["wait-forever"]);
  });

  test("is full after so many, refuses once it is closed, and does not wait where that was asked", async () => {
    const alone: Body = function* (port) {
      yield* expectResult(port, yield* portTryReceive(port), EAGAIN);
      for (let n = 0; n < PORT_SLOTS; n++) yield* expectResult(port, yield* portPost(port, n), 0);
      yield* expectResult(port, yield* portPost(port, 9), EAGAIN);
      yield* portClose(port);
      yield* expectResult(port, yield* portTryReceive(port), 0);
      yield* expectResult(port, yield* portPost(port, 9), EPIPE);
    };
    expect(await kinds(alone)).toEqual([]);
  });
});
