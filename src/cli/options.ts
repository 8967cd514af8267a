import { UsageError } from "../record/usage-error.ts";

/** A number that has to lie in a range. `whole` refuses fractions. */
export interface Range {
  readonly option: string;
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
  readonly unit: string;
}

/** Parses a number. @throws UsageError BAD_OPTION */
export function numberIn(range: Range): (text: string) => number {
  return (text) => {
    const value = Number(text);
    const wrong = text.trim() === "" || !Number.isFinite(value) || (range.whole && !Number.isInteger(value));
    if (!wrong && value >= range.min && value <= range.max) return value;
    const kind = range.whole ? "a whole number" : "a number";
    const unit = range.unit === "" ? "" : ` ${range.unit}`;
    throw new UsageError("BAD_OPTION", {
      option: range.option,
      value: text,
      allowed: `${kind} from ${range.min} to ${range.max}${unit}`,
    });
  };
}

/** Parses a seed: 1 to 8 hexadecimal digits. @throws UsageError BAD_OPTION */
export function parseSeed(text: string): number {
  if (/^(0x)?[0-9a-f]{1,8}$/i.test(text)) return Number.parseInt(text, 16);
  throw new UsageError("BAD_OPTION", { option: "--seed", value: text, allowed: "1 to 8 hexadecimal digits" });
}

/** Parses one of a few words. @throws UsageError BAD_OPTION */
export function oneOf<V extends string>(option: string, choices: readonly V[]): (text: string) => V {
  return (text) => {
    const found = choices.find((choice) => choice === text);
    if (found !== undefined) return found;
    throw new UsageError("BAD_OPTION", { option, value: text, allowed: choices.join(", "), choices });
  };
}

/** Collects `-p key=value`. @throws UsageError BAD_OPTION */
export function collectParam(
  text: string,
  before: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new UsageError("BAD_OPTION", { option: "-p", value: text, allowed: "key=value" });
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
