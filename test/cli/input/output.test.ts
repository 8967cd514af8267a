import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type ColorChoice, outputStyle } from "../../../src/cli/output.ts";
import { pendingFile } from "../../../src/cli/write-file.ts";
import { useFolder } from "../cli.ts";

const folder = useFolder();

function inTerminal(isTTY: boolean, env: Readonly<Record<string, string>>): void {
  for (const name of ["NO_COLOR", "TERM", "LC_ALL", "LC_CTYPE", "LANG"]) vi.stubEnv(name, env[name] ?? "");
  Object.defineProperty(process.stdout, "isTTY", { value: isTTY, configurable: true, writable: true });
}

describe("style is decided once, from flags, environment and terminal", () => {
  const before = process.stdout.isTTY;
  afterEach(() => {
    vi.unstubAllEnvs();
    process.stdout.isTTY = before;
  });

  const decisions: readonly [
    choice: ColorChoice,
    terminal: boolean,
    env: Record<string, string>,
    color: boolean,
  ][] = [
    ["auto", true, {}, true],
    ["auto", true, { TERM: "xterm" }, true],
    ["auto", false, {}, false],
    ["auto", true, { NO_COLOR: "1" }, false],
    ["auto", true, { NO_COLOR: "" }, true],
    ["auto", true, { TERM: "dumb" }, false],
    ["always", false, { NO_COLOR: "1" }, true],
    ["never", true, {}, false],
  ];

  test.each(decisions)("--color %s, terminal %s, %o: colour %s", (choice, terminal, env, color) => {
    inTerminal(terminal, env);
    expect(outputStyle(choice).color).toBe(color);
  });

  test.each([
    [{}, true],
    [{ LANG: "en_US.UTF-8" }, true],
    [{ LANG: "C" }, false],
    [{ LANG: "en_US.UTF-8", LC_ALL: "POSIX" }, false],
    [{ LANG: "C", LC_CTYPE: "C.utf8" }, true],
  ])("%o: beyond ASCII %s", (env, unicode) => {
    inTerminal(false, env);
    expect(outputStyle("auto").unicode).toBe(unicode);
  });
});

describe("a pending file", () => {
  test("is there whole or not at all", () => {
    const file = join(folder.path, "run.json");
    const pending = pendingFile(file);
    expect(folder.list()).not.toContain("run.json");
    pending.write("text");
    pending.discard();
    expect(folder.list()).toEqual(["run.json"]);
    expect(readFileSync(file, "utf8")).toBe("text");
  });

  test("that is given up leaves nothing", () => {
    pendingFile(join(folder.path, "run.json")).discard();
    expect(folder.list()).toEqual([]);
  });

  test("two at once do not meet", () => {
    const file = join(folder.path, "run.json");
    const [one, two] = [pendingFile(file), pendingFile(file)];
    two.write("two");
    one.write("one");
    expect(readFileSync(file, "utf8")).toBe("one");
    expect(folder.list()).toEqual(["run.json"]);
  });
});
