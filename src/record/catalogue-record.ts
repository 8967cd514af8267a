/** One comparison of what the explorer finds with what a scenario says of itself. */
export interface CatalogueCheck {
  /** Scenario and parameters, as on a command line. */
  readonly title: string;
  /** `unexhausted`: the claim was not refuted in the budget, and interleavings are left. */
  readonly outcome: "agrees" | "disagrees" | "unexhausted";
  /** What is not as expected; empty where all is. */
  readonly why: string;
}

/** The run of the whole catalogue. */
export interface CatalogueRecord {
  readonly checks: readonly CatalogueCheck[];
  /** Scenarios that no exploration could judge, and why. */
  readonly skipped: readonly { readonly scenario: string; readonly why: string }[];
  /** Seconds that each exploration may take. */
  readonly budget: number;
  readonly seconds: number;
}
