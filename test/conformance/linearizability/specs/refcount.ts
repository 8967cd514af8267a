import { REFCOUNT_MAX, REFCOUNT_SATURATED } from "#shared/sync/refcount";
import type { ViolationKind } from "#shared/violation";
import type { Outcome, Spec } from "../checker.ts";

/** The counter, and what was reported so far: task and kind, sorted. */
export interface RefcountState {
  readonly value: number;
  readonly reports: readonly string[];
}

/** How a report ends: the counter saturated at once, or by a second access of the same operation, as in the kernel. */
export type Saturation = "at once" | "by a second access";

/** A reference counter that starts at `initial`. @kernel include/linux/refcount.h, lib/refcount.c */
export function refcountSpec(initial: number, saturation: Saturation): Spec<RefcountState> {
  function complain(state: RefcountState, task: number, kind: ViolationKind, then: number, result?: unknown) {
    const reports = [...state.reports, `${task} ${kind}`].sort();
    return saturation === "at once"
      ? [{ state: { value: REFCOUNT_SATURATED, reports }, result }]
      : [{ state: { value: then, reports }, next: 1 }];
  }
  function actions(state: RefcountState, task: number, name: string): readonly Outcome<RefcountState>[] {
    const { value } = state;
    const became = (next: number, result?: unknown): readonly Outcome<RefcountState>[] => [
      { state: { ...state, value: next | 0 }, result },
    ];
    const isBad = value < 0 || value === REFCOUNT_MAX;
    switch (name) {
      case "inc":
        if (value === 0) return complain(state, task, "refcount-get-zero", 1);
        return isBad ? complain(state, task, "refcount-saturated", (value + 1) | 0) : became(value + 1);
      case "inc not zero":
        if (value === 0) return became(0, false);
        return isBad
          ? complain(state, task, "refcount-saturated", (value + 1) | 0, true)
          : became(value + 1, true);
      case "dec and test":
        if (value <= 0) return complain(state, task, "refcount-underflow", (value - 1) | 0, false);
        return became(value - 1, value === 1);
      case "dec":
        return value <= 1 ? complain(state, task, "refcount-leak", (value - 1) | 0) : became(value - 1);
      case "dec if one":
        return value === 1 ? became(0, true) : became(value, false);
      case "dec not one":
        if (value === REFCOUNT_SATURATED) return became(value, true);
        if (value === 1) return became(1, false);
        if (value !== 0) return became(value - 1, true);
        return [
          {
            state: { value, reports: [...state.reports, `${task} refcount-underflow`].sort() },
            result: true,
          },
        ];
      case "end":
        return [{ state, result: [value, state.reports] }];
      default:
        throw new Error(name);
    }
  }
  const results: Readonly<Record<string, unknown>> = { "inc not zero": true, "dec and test": false };
  return {
    initial: { value: initial, reports: [] },
    actions(state, { task, name }, action) {
      if (action === 0) return actions(state, task, name);
      return [{ state: { ...state, value: REFCOUNT_SATURATED }, result: results[name] }];
    },
  };
}
