// Draws the figures of docs/*.md anew: what stands between `<!-- figure: ARGUMENTS -->` and `<!-- /figure -->` is what
// refzero prints for those arguments, and for `explore` the interleaving it found, as `refzero replay` shows it. Times
// are left out, so that a figure changes only where its facts do. `--check` writes nothing and says which differ.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const main = join(root, "dist/cli/main.js");
const FIGURE = /(<!-- figure: (.+?) -->\n)[\s\S]*?(<!-- \/figure -->)/g;

function refzero(args) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [main, ...args], {
    encoding: "utf8",
    cwd: root,
    env: { ...process.env, NO_COLOR: "1" },
    maxBuffer: 1 << 26,
  });
  if (status !== 0 && status !== 1) throw new Error(`refzero ${args.join(" ")}: status ${status}: ${stderr}`);
  return { stdout, status };
}

/** Without what differs from run to run, and from machine to machine. */
function lasting(text) {
  return text
    .split("\n")
    .filter((line) => !/^(?:again|saved|rest) /.test(line))
    .map((line) => line.replace(/,? ?\d+(?:\.\d+)? m?s\b|, at \S+:\d+:\d+$/g, "").trimEnd())
    .join("\n")
    .trimEnd();
}

function figure(words) {
  const args = words.split(/\s+/);
  if (args[0] !== "explore") return lasting(refzero(args).stdout);
  const folder = mkdtempSync(join(tmpdir(), "refzero-figure-"));
  try {
    const schedule = join(folder, "figure.schedule.json");
    const { stdout, status } = refzero([...args, "--schedule", schedule]);
    // Nothing to show where nothing was found: then the verdict is the figure.
    return lasting(status === 0 ? stdout : refzero(["replay", schedule, "--no-source", "--brief"]).stdout);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The document with its figures drawn anew. */
function drawn(text) {
  return text.replace(
    FIGURE,
    (_whole, open, words, close) =>
      `${open}\`\`\`text\n$ npx refzero ${words}\n${figure(words)}\n\`\`\`\n${close}`,
  );
}

const isCheck = process.argv.includes("--check");
const named = process.argv.slice(2).filter((word) => !word.startsWith("-"));
const files =
  named.length > 0
    ? named
    : readdirSync(join(root, "docs"))
        .filter((name) => name.endsWith(".md"))
        .map((name) => join(root, "docs", name));
let different = 0;
for (const file of files) {
  const before = readFileSync(file, "utf8");
  const after = drawn(before);
  if (after === before) continue;
  different++;
  if (isCheck)
    process.stdout.write(`${file}: its figures are not what a fresh run draws; run \`npm run figures\`\n`);
  else writeFileSync(file, after);
}
process.exitCode = isCheck && different > 0 ? 1 : 0;
