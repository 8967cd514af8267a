/** Two accesses to a word that nothing orders, as numbers of events: `second` is the later one. */
export interface DataRace {
  readonly first: number;
  readonly second: number;
}
