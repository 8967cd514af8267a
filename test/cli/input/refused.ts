import { expect } from "vitest";
import { type Folder, refzero } from "../cli.ts";

/** Runs `refzero` on bad input in `folder`: one line on stderr, which is returned, status 2, and nothing left behind. */
export async function refused(folder: Folder, args: readonly string[]): Promise<string> {
  const before = folder.list();
  const { status, stdout, stderr } = await refzero(args, { cwd: folder.path, env: { TMPDIR: folder.path } });
  expect({ status, stdout }, stderr).toEqual({ status: 2, stdout: "" });
  expect(folder.list()).toEqual(before);
  expect(stderr).toMatch(/^refzero: [^\n]+\n$/);
  // Nothing of a stack, and nothing that a terminal obeys.
  expect(stderr).not.toMatch(/node:|\.js:\d+|\bat \S+ \(|\p{Cc}./u);
  return stderr.slice("refzero: ".length, -1);
}
