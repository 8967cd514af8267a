import { type Addr, load, loadWhen, notify, type Step, store, wait } from "#shared/atomic/index";
import { allocate } from "#shared/memory/object";
import { type Layout, struct } from "#shared/memory/struct";
import { countFor, STAT } from "#shared/stats";
import {
  MessagePort,
  portMarkClosed,
  portPost,
  portReceive,
  portTryReceive,
} from "#shared/sync/message-port";
import { report } from "#shared/violation";
import { type Scenario, scenario } from "../define.ts";
import { type ChoiceParam, choice } from "../params.ts";
import { type Fixed, fixedParam, isFixed } from "./fixed.ts";

/** A worker that answers messages, and the flag that its caller sleeps on. */
const Channel: Layout<"flag" | "up" | "requests" | "replies"> = struct("sync_rpc", {
  /** 1 once a reply has been posted. */
  flag: "atomic",
  /** 1 once the worker runs. */
  up: "atomic",
  requests: MessagePort,
  replies: MessagePort,
});

const { flag: FLAG, up: UP, requests: REQUESTS, replies: REPLIES } = Channel.at;
const CALLS = 2;

const mutants = ["none", "clear-late", "close-without-wake"] as const;
type How = { readonly fixed: string; readonly mutant: (typeof mutants)[number] };

/** One synchronous call: the reply, or EAGAIN where the wait ended without one. */
function* call(channel: Addr, request: number, how: How): Step<number> {
  const clearLate = how.mutant === "clear-late";
  if (!clearLate) yield* store(channel + FLAG, 0);
  yield* portPost(channel + REQUESTS, request);
  if (clearLate) yield* store(channel + FLAG, 0);
  // The first call starts the worker. When it goes on the flag may be set already, with nobody preempted.
  if (request === 1) yield* loadWhen(channel + UP, 1);
  if (isFixed(how)) while ((yield* load(channel + FLAG)) === 0) yield* wait(channel + FLAG, 0);
  else yield* wait(channel + FLAG, 0);
  return yield* portTryReceive(channel + REPLIES);
}

function* caller(channel: Addr, how: How): Step<void> {
  for (let request = 1; request <= CALLS; request++) {
    countFor(STAT.OPS, 1);
    const reply = yield* call(channel, request, how);
    if (reply !== request) report("invariant", channel + REPLIES, reply);
  }
  yield* portMarkClosed(channel + REQUESTS, how.mutant !== "close-without-wake");
}

function* worker(channel: Addr): Step<void> {
  yield* store(channel + UP, 1);
  for (;;) {
    const request = yield* portReceive(channel + REQUESTS);
    if (request < 0) return;
    yield* portPost(channel + REPLIES, request);
    yield* store(channel + FLAG, 1);
    yield* notify(channel + FLAG, 1);
  }
}

type Params = { readonly fixed: Fixed; readonly mutant: ChoiceParam<(typeof mutants)[number]> };

const definition: Scenario<Params> = scenario({
  name: "report/40-sync-rpc-late-notify",
  claim: "a synchronous call to a worker returns with the reply to its own request",
  source: "evanw/esbuild#590, babel/babel#14541, cloudflare/workers-sdk#15552",
  params: { fixed: fixedParam, mutant: choice(mutants, "none", "a deliberate fault in the fixed code") },
  expect: "violated",
  expected({ fixed, mutant }) {
    if (mutant === "clear-late")
      return {
        verdict: "violated",
        kinds: ["lost-wakeup"],
        why: "the flag of a reply that is there already is cleared, and its notify is over",
      };
    if (mutant === "close-without-wake")
      return {
        verdict: "violated",
        kinds: ["wait-forever"],
        why: "the worker sleeps on a port that is closed",
      };
    return fixed === "true"
      ? { verdict: "holds", kinds: [], why: "woken or not, the caller goes on only once the flag says so" }
      : {
          verdict: "violated",
          kinds: ["invariant"],
          why: "the notify of the first reply comes during the second call, and ends its wait",
        };
  },
  variants: [
    { fixed: "false" },
    { fixed: "true" },
    { fixed: "true", mutant: "clear-late" },
    { fixed: "true", mutant: "close-without-wake" },
  ],
  foundBy: ["explore"],
  mutants: {
    // On threads a sleep on a plain word is only seen not to end.
    "clear-late": ["lost-wakeup", "livelock"],
    "close-without-wake": ["wait-forever", "livelock"],
  },
  modes: ["batch"],
  meets: true,
  worldWords: () => 48,
  *setup(heap) {
    return yield* allocate(heap, Channel);
  },
  tasks: () => [
    { name: "caller", run: caller },
    { name: "worker", run: worker },
  ],
  *check() {},
});

export default definition;
