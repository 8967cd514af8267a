// The benchmark's modules, which are plain JavaScript, with the types that tests of them need.

/** What SPIN says of a model. */
export interface ModelVerdict {
  readonly verdict: "holds" | "violated" | "none";
  readonly reason: string | undefined;
  readonly states: number;
}

/** What is used of `bench/peers/spin.mjs`. */
export interface SpinModule {
  spinMissing(): string | undefined;
  checkModel(
    model: string,
    options: { defines: Readonly<Record<string, number>>; por?: boolean; seconds?: number },
  ): Promise<ModelVerdict>;
}

/** A program of `bench/paths/explore-programs.mjs`. */
export interface BenchProgram {
  readonly name: string;
  readonly scenario: string;
  readonly params: Readonly<Record<string, string | number>>;
  readonly model: string | undefined;
  readonly defines: Readonly<Record<string, number>>;
}

/** What refzero says of a program: part of its JSON. */
export interface Explored {
  readonly verdict: "holds" | "violated" | "inconclusive";
  readonly exhaustive: boolean;
  readonly executions: number;
  readonly violations: readonly { readonly kind: string }[];
}

/** What is used of `bench/explored.mjs`. */
export interface ExploredModule {
  explored(scenario: string, params: BenchProgram["params"], flags?: readonly string[]): Promise<Explored>;
  strategiesOffered(known: readonly string[]): Promise<string[]>;
}

const load = (path: string): Promise<unknown> => import(new URL(`../../bench/${path}`, import.meta.url).href);

const spin = (await load("peers/spin.mjs")) as SpinModule;
const list = (await load("paths/explore-programs.mjs")) as { readonly programs: readonly BenchProgram[] };
const command = (await load("explored.mjs")) as ExploredModule;

export const spinMissing: SpinModule["spinMissing"] = spin.spinMissing;
export const checkModel: SpinModule["checkModel"] = spin.checkModel;
export const programs: readonly BenchProgram[] = list.programs;
export const explored: ExploredModule["explored"] = command.explored;
export const strategiesOffered: ExploredModule["strategiesOffered"] = command.strategiesOffered;
