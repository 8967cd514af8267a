// Puts the judgement, as `refzero matrix --quick --markdown` prints it, between its marks in a page:
//
//   node scripts/matrix-page.mjs [PAGE] [-- options of refzero matrix]
//
// PAGE is README.md unless said otherwise. Status: that of the matrix, or 2 if the page has no marks.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { matrixPage } from "../dist/report/matrix-page.js";

const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const [page = fileURLToPath(new URL("../README.md", import.meta.url)), ...rest] = process.argv.slice(2);
const before = readFileSync(page, "utf8");
if (matrixPage(before, "") === undefined) {
  process.stderr.write(
    `matrix-page: ${page} has no place for it. Write <!-- matrix:begin --> and <!-- matrix:end --> where it goes.\n`,
  );
  process.exit(2);
}
const options = ["matrix", "--quick", "--markdown", ...rest.filter((word) => word !== "--")];
const { status, stdout } = spawnSync(process.execPath, [main, ...options], {
  encoding: "utf8",
  stdio: ["ignore", "pipe", "inherit"],
  maxBuffer: 64 * 1024 * 1024,
});
const after = status === 2 ? undefined : matrixPage(before, stdout);
if (after !== undefined) writeFileSync(page, after);
process.exitCode = status ?? 2;
