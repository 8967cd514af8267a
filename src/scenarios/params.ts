/** A parameter that takes one of a list of words. */
export interface ChoiceParam<V extends string> {
  readonly type: "choice";
  readonly values: readonly V[];
  readonly default: V;
  readonly about: string;
}

/** A parameter that takes a whole number from `min` to `max`. */
export interface IntParam {
  readonly type: "int";
  readonly min: number;
  readonly max: number;
  readonly default: number;
  readonly about: string;
}

/** A declared parameter. */
export type Param = ChoiceParam<string> | IntParam;

/** The parameters of a scenario, by name. */
export type Params = Readonly<Record<string, Param>>;

/** What a declared parameter resolves to. */
export type ParamValue<P extends Param> = P extends ChoiceParam<infer V> ? V : number;

/** All parameters of a scenario, resolved. */
export type ParamValues<P extends Params> = { readonly [K in keyof P]: ParamValue<P[K]> };

/** Declares a parameter that takes one of `values`. `about` is one phrase for `refzero list`. */
export function choice<const V extends string>(
  values: readonly V[],
  fallback: NoInfer<V>,
  about: string,
): ChoiceParam<V> {
  return { type: "choice", values, default: fallback, about };
}

/** Declares a whole-number parameter, both ends included. */
export function int(min: number, max: number, fallback: number, about: string): IntParam {
  return { type: "int", min, max, default: fallback, about };
}
