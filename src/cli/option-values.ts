import { InvalidArgumentError } from "commander";
import { allowedNames } from "../explore/nearest-name.ts";

/** Values of flags: each parser takes what a user writes and says what was expected otherwise. */
export function wholeNumber(min: number): (text: string) => number {
  return text => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min) throw new InvalidArgumentError(`A whole number from ${min} is expected.`);
    return value;
  };
}

export function oneOf<Name extends string>(names: readonly Name[]): (text: string) => Name {
  return text => {
    const named = names.find(name => name === text);
    if (named === undefined) throw new InvalidArgumentError(allowedNames(text, names));
    return named;
  };
}

/** `60s`, `2m`, `500ms`; milliseconds. */
export function duration(text: string): number {
  const parts = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  if (parts === null) throw new InvalidArgumentError("A time with its unit is expected, such as 60s, 2m or 500ms.");
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[parts[2] as "ms" | "s" | "m" | "h"];
  return Math.round(Number(parts[1]) * unit);
}

/** `2/5`: the second of five. */
export function shard(text: string): { readonly index: number; readonly of: number } {
  const parts = /^(\d+)\/(\d+)$/.exec(text);
  const [index, of] = [Number(parts?.[1]), Number(parts?.[2])];
  if (parts === null || index < 1 || index > of)
    throw new InvalidArgumentError("i/n with 1 ≤ i ≤ n is expected, such as 1/4.");
  return { index: index - 1, of };
}

export function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidArgumentError(`JSON is expected: ${error instanceof Error ? error.message : String(error)}.`);
  }
}
