import { spinMissing } from "../peers/spin.mjs";
import { rateTable } from "./explore-rate.mjs";
import { verdictsTable } from "./explore-verdicts.mjs";

/** The explorer beside its peers: verdicts and what they cost, then executions a second. */
export async function explore({ quick, print }) {
  const missing = spinMissing();
  if (missing !== undefined) print(missing);
  print(await verdictsTable({ quick, withSpin: missing === undefined, limit: quick ? 1 : 20 }));
  print("");
  print(await rateTable(quick ? { rounds: 1, seconds: 0.1 } : { rounds: 3, seconds: 2.5 }));
}
