import { Device } from "#shared/drm/device";
import { Shmem } from "#shared/drm/gem-object";
import type { Layout } from "#shared/memory/struct";
import { EVENT } from "#shared/recorder/events";
import type { NamedChain } from "../../../src/catalogue/chain-events.ts";
import { traceOf } from "../../../src/catalogue/lock-trace.ts";
import { Validator } from "../../../src/lockdep/validator.ts";
import type { TraceEvent } from "../../../src/record/lock-trace.ts";

/** Where the objects of the hand-made world are: a device, and two shmem objects. */
export const AT = { device: 100, first: 300, second: 500, mine: 700 } as const;
const resvLock = Shmem.fields.find(({ name }) => name === "base.ownResv.lock.base.owner")?.at ?? 0;

/** Words of interest. */
export const WORD: Readonly<Record<"pool" | "lru" | "refs" | "resv" | "otherRefs" | "otherResv", number>> = {
  pool: AT.device + Device.at.pool,
  lru: AT.device + Device.at.lruLock,
  refs: AT.first + Shmem.at.base,
  resv: AT.first + resvLock,
  otherRefs: AT.second + Shmem.at.base,
  otherResv: AT.second + resvLock,
};

/** What a task recorded: the name of the event, the word, the value. */
export type Line = readonly [event: keyof typeof EVENT, at: number, value?: number];

/** A chain of a task in a world of a device, two shmem objects, and one object of a struct of the test's own. */
export function chain(task: string, lines: readonly Line[], mine?: Layout<string>): NamedChain {
  const objects = [
    [AT.device, Device],
    [AT.first, Shmem],
    [AT.second, Shmem],
    ...(mine === undefined ? [] : [[AT.mine, mine] as const]),
  ] as const;
  return {
    task,
    events: Int32Array.from(lines.flatMap(([event, at, value = 0]) => [EVENT[event], at, value])),
    objects: Int32Array.from(objects.flatMap(([at, layout]) => [at, layout.size, layout.id])),
  };
}

/** The trace of some chains, without what only says that something came to life. */
export function told(...chains: NamedChain[]): TraceEvent[] {
  return [...traceOf(chains)].filter(({ op }) => op !== "init");
}

/** What exact mode says of some chains: kinds, and the verdict. */
export function judged(...chains: NamedChain[]): string[] {
  const validator = new Validator("exact", ["reservation"]);
  for (const event of traceOf(chains)) validator.event(event);
  validator.finish();
  return validator.reports().map(({ kind, verdict }) => `${kind} ${verdict}`);
}
