import type { Mode, Scenario } from "#scenarios/define";
import { QUARANTINE } from "#shared/memory/heap";

/** Freed objects of a size that a soak world keeps in quarantine. */
const SOAK_QUARANTINE = 64;

/** How long freed memory waits in a world of the scenario: see `initHeap`. Every engine lays out by this. */
export function quarantineOf(
  { reuse }: Pick<Scenario, "reuse">,
  params: Readonly<Record<string, string | number>>,
  mode: Mode,
): number {
  if (mode === "soak") return SOAK_QUARANTINE;
  const said = typeof reuse === "function" ? reuse(params as never) : reuse;
  return said === "at once" ? QUARANTINE.AT_ONCE : QUARANTINE.NEVER;
}
