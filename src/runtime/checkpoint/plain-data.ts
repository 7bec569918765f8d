/**
 * Checks of plain data that came off a wire or a disk. It owns the small words from which message and file formats are
 * put together, and the error that names where the data is wrong. It does not decode bytes (rpc/codec.ts).
 *
 * A check returns the value it was given, typed; fields that the format does not name are let through, so that an older
 * reader bears a newer writer.
 */
export type Check<T> = ((value: unknown, path: string) => T) & { readonly optional?: true };

export class MalformedData extends Error {
  override readonly name = "MalformedData";

  constructor(path: string, expected: string, value: unknown) {
    super(`${path}: expected ${expected}, got ${describe(value)}`);
  }
}

export const integer: Check<number> = (value, path) => {
  if (typeof value !== "number" || !Number.isSafeInteger(value)) throw new MalformedData(path, "a whole number", value);
  return value;
};

export const text: Check<string> = (value, path) => {
  if (typeof value !== "string") throw new MalformedData(path, "a text", value);
  return value;
};

export const flag: Check<boolean> = (value, path) => {
  if (typeof value !== "boolean") throw new MalformedData(path, "true or false", value);
  return value;
};

/** Someone else's data: the source's splits, the author's committables. */
export const anything: Check<unknown> = value => value;

export function oneOf<const T extends string>(words: readonly T[]): Check<T> {
  return (value, path) => {
    for (const word of words) if (word === value) return word;
    throw new MalformedData(path, `one of ${words.join(", ")}`, value);
  };
}

export function listOf<T>(item: Check<T>): Check<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new MalformedData(path, "a list", value);
    for (let i = 0; i < value.length; i++) item(value[i], `${path}[${i}]`);
    return value as readonly T[];
  };
}

/** A field that may be absent. */
export function optional<T>(check: Check<T>): Check<T> {
  return Object.assign((value: unknown, path: string) => check(value, path), { optional: true as const });
}

export function record<T extends object>(fields: { readonly [K in keyof T]-?: Check<T[K]> }): Check<T> {
  const entries = Object.entries(fields) as [string, Check<unknown>][];
  return (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw new MalformedData(path, "an object", value);
    const found = value as Readonly<Record<string, unknown>>;
    for (const [name, check] of entries) {
      const field = found[name];
      if (field === undefined && check.optional) continue;
      check(field, `${path}.${name}`);
    }
    return value as T;
  };
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return `${typeof value} ${JSON.stringify(typeof value === "bigint" ? String(value) : value)}`;
}
