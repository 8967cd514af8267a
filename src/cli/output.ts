import { createLogUpdate } from "log-update";
import type { Style } from "../report/style.ts";

/** Values of `--color`. */
export const colorChoices = ["auto", "always", "never"] as const;
/** A value of `--color`. */
export type ColorChoice = (typeof colorChoices)[number];

const WIDE_ENOUGH = 100;
/** Milliseconds between two drawings of a progress line. */
const DRAW_MS = 240;

/** Decides style from flags, environment and terminal, once. Nothing else reads any of these. */
export function outputStyle(color: ColorChoice): Style {
  const { env, stdout } = process;
  const terminal = stdout.isTTY === true && env.TERM !== "dumb";
  const allowed = (env.NO_COLOR ?? "") === "" && terminal;
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || "";
  return {
    color: color === "always" || (color === "auto" && allowed),
    unicode: /utf-?8/i.test(locale) || locale === "",
    columns: stdout.columns ?? WIDE_ENOUGH,
  };
}

/** Writes results to stdout. */
export function print(text: string): void {
  process.stdout.write(text);
}

/** Says something on stderr that is no result and no error. */
export function warn(text: string): void {
  process.stderr.write(`refzero: ${text}\n`);
}

/** One line on stderr that is drawn over and erased at the end. Does nothing unless stderr is a terminal. */
export class Progress {
  readonly #update = process.stderr.isTTY === true ? createLogUpdate(process.stderr) : undefined;
  #drawn = Number.NEGATIVE_INFINITY;

  /** Draws the line, four times a second at most. */
  show(line: string): void {
    const now = performance.now();
    if (this.#update === undefined || now - this.#drawn < DRAW_MS) return;
    this.#drawn = now;
    this.#update(line);
  }

  /** Erases it. */
  end(): void {
    this.#update?.clear();
    this.#update?.done();
  }
}

/** A reader that goes away (`| head`) is no error. */
export function ignoreBrokenPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
}
