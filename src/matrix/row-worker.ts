import { buildInside } from "../build/cache-dir.ts";
import { type ResolvedScenario, resolveScenario } from "../catalogue/resolve.ts";
import { UsageError } from "../record/usage-error.ts";
import { exploreRow } from "./explore-row.ts";
import type { RowAnswer, RowOrder } from "./row-order.ts";

/** Scenarios by name. A user's file declares its structs when it is loaded: once a thread. */
const loaded = new Map<string, ResolvedScenario>();

/** What a pool worker runs: one exploration after the other. */
export default async function answer(order: RowOrder): Promise<RowAnswer> {
  try {
    if (order.temporary !== undefined) buildInside(order.temporary);
    return await exploreRow(await load(order.named), order);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { usage: { code: error.code, facts: error.facts } };
  }
}

async function load(named: string): Promise<ResolvedScenario> {
  const known = loaded.get(named);
  if (known !== undefined) return known;
  const scenario = await resolveScenario(named);
  // What was built is in memory now; a thread may end without a chance to clean up.
  scenario.cleanup();
  loaded.set(named, scenario);
  return scenario;
}
