import { expect, test } from "vitest";
import type { ExploreRecord } from "../../src/record/explore-record.ts";
import { exploreText } from "../../src/report/explore-text.ts";
import type { Style } from "../../src/report/style.ts";
import { refzero, useFolder } from "../cli/cli.ts";

// What people read, as golden files: review the difference, then `npx vitest run test/report -u`. Lines of the
// emulated system's own source are in them, so they change with it.

const folder = useFolder();
const golden = (name: string): string => `../golden/witness-${name}.txt`;
const wide: Style = { color: false, unicode: true, columns: 120 };

async function violated(name: string, params: Readonly<Record<string, string>>): Promise<ExploreRecord> {
  const values = Object.entries(params).flatMap(([key, value]) => ["-p", `${key}=${value}`]);
  const { stdout } = await refzero(["explore", name, ...values, "--json"], { cwd: folder.path });
  return { ...(JSON.parse(stdout) as ExploreRecord), seconds: 0.25 };
}

const cases = [
  ["deadlock", "ww/abba", { mutant: "no-backoff" }],
  ["use-after-free", "dpor/shrink", { bug: "1" }],
  ["refcount-get-zero", "kref/get-unless-zero", { mutant: "plain-get" }],
  ["lost-wakeup", "shmem/free-vs-shrinker", { mutant: "lost-wakeup" }],
] as const;

for (const [kind, name, params] of cases) {
  test(`${kind}: a column a task, and a list where there is no room`, async () => {
    const record = await violated(name, params);
    expect(record.violations[0]?.kind).toBe(kind);
    await expect(exploreText(record, wide, false)).toMatchFileSnapshot(golden(kind));
    const narrow = exploreText(record, { ...wide, columns: 99 }, false);
    await expect(narrow).toMatchFileSnapshot(golden(`${kind}-list`));
    const brief = exploreText(record, { ...wide, source: false, brief: true }, false);
    await expect(brief).toMatchFileSnapshot(golden(`${kind}-brief`));
  });
}
