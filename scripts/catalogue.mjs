// Explores the whole catalogue and compares what is found with what each scenario says of itself.
//
//   node scripts/catalogue.mjs [NAME or FILE ...] [--budget SECONDS]
//
// Status: 0 all agree, 1 one disagrees, 2 bad input.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { resolveScenario } from "../dist/catalogue/resolve.js";
import { runCatalogue } from "../dist/matrix/catalogue-run.js";
import { catalogueText } from "../dist/report/catalogue-text.js";
import { catalogue } from "../dist/stepped/scenarios/index.js";

const scenarios = [];
try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { budget: { type: "string", default: "60" } },
  });
  const budget = Number(values.budget);
  if (!(budget > 0)) throw new TypeError(`--budget cannot be '${values.budget}'. Allowed: seconds.`);
  const names = positionals.length > 0 ? positionals : catalogue.map(({ definition }) => definition.name);
  for (const name of names) scenarios.push(await resolveScenario(name));
  const record = await runCatalogue({ scenarios, budget, jobs: availableParallelism() });
  process.stdout.write(catalogueText(record));
  process.exitCode = record.checks.some(({ outcome }) => outcome === "disagrees") ? 1 : 0;
} catch (error) {
  if (error.name !== "UsageError" && !(error instanceof TypeError)) throw error;
  process.stderr.write(`catalogue: ${error.message}\n`);
  process.exitCode = 2;
} finally {
  for (const { cleanup } of scenarios) cleanup();
}
