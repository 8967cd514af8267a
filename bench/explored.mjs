import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));

/**
 * Runs `refzero explore` as a user does: what `--json` says, and the wall time of the whole process. It runs in the
 * root of the repository, so a scenario may also be a file below it.
 */
export async function explored(scenario, params = {}, flags = []) {
  const args = ["explore", scenario, "--json", ...flags];
  for (const [key, value] of Object.entries(params)) args.push("-p", `${key}=${value}`);
  const started = performance.now();
  const said = await refzero(args);
  return { ...JSON.parse(said), process: (performance.now() - started) / 1000 };
}

/** Of the strategies `known`, those that `refzero explore --help` offers. */
export async function strategiesOffered(known) {
  const help = await refzero(["explore", "--help"]);
  const about = /--strategy <name>([\s\S]*?)\n +--/.exec(help)?.[1] ?? "";
  return known.filter((name) => new RegExp(`\\b${name}\\b`).test(about));
}

function refzero(args) {
  const options = { cwd: fileURLToPath(new URL("..", import.meta.url)), maxBuffer: 2 ** 28 };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [main, ...args], options, (error, stdout, stderr) => {
      // 1 is a violation and 3 is inconclusive: both are answers.
      if (error !== null && error.code !== 1 && error.code !== 3)
        reject(new Error(`refzero ${args.join(" ")}: ${stderr}`));
      else resolve(stdout);
    });
  });
}
