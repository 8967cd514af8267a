import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ExploreRecord } from "../../src/record/explore-record.ts";
import { refzero, useFolder } from "./cli.ts";

const folder = useFolder();

async function explored(...args: string[]): Promise<ExploreRecord> {
  const { stdout, stderr } = await refzero(["explore", ...args, "--json"], { cwd: folder.path });
  expect(stderr).toBe("");
  return JSON.parse(stdout) as ExploreRecord;
}

const saved = () => JSON.parse(readFileSync(join(folder.path, "c.json"), "utf8"));

/** Per strategy: what to explore, after how many executions to stop, and how many there are. */
const searches: Readonly<
  Record<string, readonly [args: readonly string[], cuts: readonly number[], all: number]>
> = {
  dpor: [["dpor/lastzero", "-p", "n=5"], [1, 20, 50], 64],
  dfs: [["dpor/lastzero", "-p", "n=3"], [100, 101, 700], 920],
  bounded: [["dpor/lastzero", "-p", "n=3", "--bound", "1"], [30, 60], 142],
  random: [["dpor/phil", "-p", "n=3", "--keep-going", "--seed", "7"], [3, 10], 20],
  pct: [["dpor/phil", "-p", "n=3", "--keep-going", "--seed", "7"], [3, 10], 20],
  pos: [["dpor/phil", "-p", "n=3", "--keep-going", "--seed", "7"], [3, 10], 20],
};

for (const [strategy, [args, cuts, all]] of Object.entries(searches)) {
  test(`${strategy}: cut off and gone on with, it comes to the same in as many executions`, async () => {
    const search = [...args, "--strategy", strategy];
    const limit = args.includes("--seed") ? ["--executions", String(all)] : [];
    const whole = await explored(...search, ...limit);
    const met: string[] = [];
    const note = ({ violations }: ExploreRecord) =>
      met.push(
        ...violations.map(
          ({ execution, kind, witness }) => `${execution} ${kind} ${witness.steps.at(-1)?.hash}`,
        ),
      );
    for (const executions of cuts) {
      const part = await explored(...search, "--executions", String(executions), "--checkpoint", "c.json");
      expect(part).toMatchObject({ executions, exhaustive: false, checkpoint: "c.json" });
      expect(saved().search.executions).toBe(executions);
      note(part);
    }
    const last = await explored(...search, ...limit, "--checkpoint", "c.json");
    note(last);
    expect(last).toMatchObject({
      executions: whole.executions,
      steps: whole.steps,
      exhaustive: whole.exhaustive,
    });
    expect(last.executions).toBe(all);
    expect(new Set(met)).toEqual(
      new Set(
        whole.violations.map(
          ({ execution, kind, witness }) => `${execution} ${kind} ${witness.steps.at(-1)?.hash}`,
        ),
      ),
    );
    expect(folder.list().filter((name) => name !== ".refzero")).toEqual(["c.json"]);
  });
}

test("a seed that was not said is the checkpoint's", async () => {
  const args = ["dpor/lastzero", "--strategy", "random"];
  const first = await explored(...args, "--executions", "5", "--checkpoint", "c.json");
  const second = await explored(...args, "--executions", "9", "--checkpoint", "c.json");
  expect(saved().key.seed).toBe(Number.parseInt(first.seed ?? "", 16));
  expect(second.seed).toBe(first.seed);
});

test("nothing is left to go on with once all has been seen", async () => {
  const record = await explored("dpor/lastzero", "--checkpoint", "c.json");
  expect(record).toMatchObject({ exhaustive: true, checkpoint: null });
  expect(folder.list()).toEqual([]);
});
