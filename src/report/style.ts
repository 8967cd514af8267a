/** How text is set: decided once, by the command line, and passed down. */
export interface Style {
  /** ANSI colours. */
  readonly color: boolean;
  /** Characters beyond ASCII (µ, ·). */
  readonly unicode: boolean;
  /** Columns of the terminal. */
  readonly columns: number;
}
