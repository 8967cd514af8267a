import { fileURLToPath } from "node:url";

// The race engine exists in dist/ only: its workers load the built modules. Types come from the source.
const load = (path: string): Promise<unknown> => import(new URL(`../dist/${path}`, import.meta.url).href);

/** The command line's main file. */
export const main: string = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));

/** `src/workers/race.ts`, built. */
export const raceModule = async (): Promise<typeof import("../src/workers/race.ts")> =>
  (await load("workers/race.js")) as typeof import("../src/workers/race.ts");

/** `src/workers/follow.ts`, built. */
export const followModule = async (): Promise<typeof import("../src/workers/follow.ts")> =>
  (await load("workers/follow.js")) as typeof import("../src/workers/follow.ts");

/** `src/catalogue/resolve.ts`, built. */
export const resolveModule = async (): Promise<typeof import("../src/catalogue/resolve.ts")> =>
  (await load("catalogue/resolve.js")) as typeof import("../src/catalogue/resolve.ts");

/** `src/matrix/matrix.ts`, built. */
export const matrixModule = async (): Promise<typeof import("../src/matrix/matrix.ts")> =>
  (await load("matrix/matrix.js")) as typeof import("../src/matrix/matrix.ts");

/** `src/matrix/plan.ts`, built. */
export const planModule = async (): Promise<typeof import("../src/matrix/plan.ts")> =>
  (await load("matrix/plan.js")) as typeof import("../src/matrix/plan.ts");
