/** Thrown when the same choices lead elsewhere: the scenario depends on something besides them. */
export class Nondeterminism extends Error {
  override name = "Nondeterminism";
  readonly step: number;
  readonly task: number;

  constructor(step: number, task: number) {
    super("the same choices led to another step");
    this.step = step;
    this.task = task;
  }
}
