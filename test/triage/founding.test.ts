import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseAssumption } from "../../src/triage/assumptions.ts";
import { triage } from "../../src/triage/triage.ts";

const log = readFileSync(new URL("../fixtures/shmem-free.log", import.meta.url));
const judged = async (...assumed: string[]): ReturnType<typeof triage> =>
  await triage("shmem-free.log", [log], assumed.map(parseAssumption));

test("the founding report is spurious by the last put and the private lock", async () => {
  const { file } = await judged();
  const [report] = file.reports;
  expect(report).toMatchObject({
    kind: "circular",
    verdict: "spurious",
    locks: ["reservation_ww_class_mutex", "fs_reclaim"],
    complete: true,
  });
  expect(report?.facts.map(({ says }) => says).join()).toContain("exclusive: last put, private lock");
  expect(report?.edges.map(({ origin }) => origin)).toEqual(["boot priming", "run time"]);
});

test("with a shared reservation it is real, by the interleaving of neighbour N6", async () => {
  const { file, explored } = await judged("shared:resv");
  expect(file.reports[0]).toMatchObject({ verdict: "real", condition: "if the reservation is shared" });
  const [violation] = explored[0]?.violations ?? [];
  const did = violation?.witness.steps.map(({ did, effect }) => `${did} ${effect}`) ?? [];
  expect(did.map((step) => step.replace(/\s+/g, " "))).toEqual([
    expect.stringMatching(/^mutexLock taken/),
    expect.stringMatching(/^krefGetUnlessZero 1 -> 2/),
    expect.stringMatching(/^krefPut 2 -> 1/),
    expect.stringMatching(/^krefPut 1 -> 0/),
    expect.stringMatching(/^mutexLock has to wait/),
  ]);
});

test("what the user says stands against a rule, and the other way round", async () => {
  const { file } = await judged("exclusive:resv@drm_gem_shmem_free");
  expect(file.reports[0]).toMatchObject({ verdict: "spurious" });
  expect(file.reports[0]?.facts[0]).toMatchObject({ standing: "assumed", source: "--assume" });
  const elsewhere = await judged("shared:&mm->mmap_lock");
  expect(elsewhere.file.reports[0]?.verdict).toBe("spurious");
});
