import { type MatrixFile, matrixFile } from "../record/matrix-file.ts";
import type { MatrixResult } from "../record/matrix-record.ts";

/** Results as they come in, kept where a later run finds them. */
export class Kept {
  readonly #fingerprint: string;
  readonly #results: Map<string, MatrixResult>;
  readonly #write: (text: string) => void;
  /** True if there were results of other code, which say nothing about this one. */
  readonly isStale: boolean;

  /** `earlier`: results to go on from. `write` keeps the text of a file that `parseMatrixFile` takes. */
  constructor(fingerprint: string, earlier: MatrixFile | undefined, write: (text: string) => void) {
    this.#fingerprint = fingerprint;
    this.#write = write;
    this.isStale = earlier !== undefined && earlier.fingerprint !== fingerprint;
    this.#results = new Map(this.isStale ? [] : Object.entries(earlier?.results ?? {}));
  }

  /** What is known of a row. */
  get(key: string): MatrixResult {
    return this.#results.get(key) ?? {};
  }

  /** Adds to it. */
  put(key: string, result: MatrixResult): void {
    this.#results.set(key, { ...this.#results.get(key), ...result });
    this.#write(`${JSON.stringify(matrixFile(this.#fingerprint, this.#results))}\n`);
  }
}
