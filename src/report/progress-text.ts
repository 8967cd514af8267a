import { grouped } from "./numbers.ts";

/** Seconds from which on a number says no more. */
const LONG = 100 * 365 * 86_400;

/** What a progress line needs to know. */
export interface SearchProgress {
  readonly executions: number;
  readonly seconds: number;
  readonly longest: number;
  /** 0 to 1. */
  readonly share: number;
}

/** One line: executions, their speed, depth, the share explored and the time left, as estimated. */
export function progressLine(name: string, { executions, seconds, longest, share }: SearchProgress): string {
  const speed = seconds > 0 ? grouped(executions / seconds) : "0";
  const left = share > 0 ? `, about ${duration((seconds * (1 - share)) / share)} left` : "";
  const part = share < 0.0001 ? "less than 0.01 %" : `about ${(share * 100).toFixed(2)} %`;
  return `${name}  ${grouped(executions)} executions, ${speed}/s, depth ${grouped(longest)}, ${part}${left}`;
}

/** What the progress line of a judgement needs to know. */
export interface MatrixSoFar {
  readonly doing: string;
  readonly done: number;
  readonly of: number;
  readonly disagree: number;
  readonly seconds: number;
}

/** One line: rows that are done, and those among them that disagree. */
export function matrixProgressLine({ doing, done, of, disagree, seconds }: MatrixSoFar): string {
  const bad = disagree === 0 ? "" : `, ${grouped(disagree)} disagree${disagree === 1 ? "s" : ""}`;
  const left = done === 0 ? "" : `, about ${duration((seconds * (of - done)) / done)} left`;
  return `matrix  ${grouped(done)} of ${grouped(of)} rows ${doing}${bad}, ${duration(seconds)}${left}`;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return seconds < LONG ? `${grouped(seconds / 86_400)} days` : "a hundred years or more";
}
