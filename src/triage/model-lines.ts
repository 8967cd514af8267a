import type { Model, ModelStep } from "#scenarios/triage/model";

/** A model in words, a line a task. */
export function modelLines(model: Model): string[] {
  return model.tasks.map(({ name, steps }) => `${name}: ${text(model, steps)}`);
}

function text(model: Model, steps: readonly ModelStep[]): string {
  const name = (lock: number): string => model.locks[lock]?.name ?? "?";
  return steps
    .map((step) => {
      switch (step.op) {
        case "lock":
          return `${step.how === "read" ? "rlock" : "lock"}(${name(step.lock)})`;
        case "unlock":
          return `${step.how === "read" ? "runlock" : "unlock"}(${name(step.lock)})`;
        case "try":
          return `trylock(${name(step.lock)}) { ${text(model, step.inner)} }`;
        case "get-unless-zero":
          return `get-unless-zero { ${text(model, step.inner)} }`;
        default:
          return `put, and if it was the last { ${text(model, step.free)} }`;
      }
    })
    .join("; ");
}
