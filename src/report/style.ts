/** How text is set: decided once, by the command line, and passed down. */
export interface Style {
  /** ANSI colours. */
  readonly color: boolean;
  /** Characters beyond ASCII (µ, ·). */
  readonly unicode: boolean;
  /** Columns of the terminal. */
  readonly columns: number;
  /** False leaves out where in the source each step is. */
  readonly source?: boolean;
  /** True shows of a witness what is done to locks, references and memory, and nothing else. */
  readonly brief?: boolean;
}
