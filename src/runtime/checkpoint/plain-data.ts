/**
 * Checks of plain data that came off a wire or a disk. It owns the small words from which message and file formats are
 * put together, and the error that names where the data is wrong. It does not decode bytes (rpc/codec.ts).
 *
 * A check returns the value it was given, typed; fields that the format does not name are let through, so that an older
 * reader bears a newer writer. It is told the last step to its value alone: the way there is put together on the way back
 * from a mistake, since nearly all data is right.
 */
export type Check<T> = ((value: unknown, step: string) => T) & { readonly optional?: true };

export class MalformedData extends Error {
  override readonly name = "MalformedData";
  #path: string;
  readonly #finding: string;

  constructor(path: string, expected: string, value: unknown) {
    const finding = `expected ${expected}, got ${describe(value)}`;
    super(`${path}: ${finding}`);
    this.#path = path;
    this.#finding = finding;
  }

  /** The mistake, seen from the data around it. Other errors are given back as they are. */
  static under(way: string, error: unknown): unknown {
    if (error instanceof MalformedData) {
      error.#path = way + error.#path;
      error.message = `${error.#path}: ${error.#finding}`;
    }
    return error;
  }
}

export const integer: Check<number> = (value, step) => {
  if (typeof value !== "number" || !Number.isSafeInteger(value)) throw new MalformedData(step, "a whole number", value);
  return value;
};

export const text: Check<string> = (value, step) => {
  if (typeof value !== "string") throw new MalformedData(step, "a text", value);
  return value;
};

export const flag: Check<boolean> = (value, step) => {
  if (typeof value !== "boolean") throw new MalformedData(step, "true or false", value);
  return value;
};

/** Someone else's data: the source's splits, the author's committables. */
export const anything: Check<unknown> = value => value;

export function oneOf<const T extends string>(words: readonly T[]): Check<T> {
  return (value, step) => {
    for (const word of words) if (word === value) return word;
    throw new MalformedData(step, `one of ${words.join(", ")}`, value);
  };
}

export function listOf<T>(item: Check<T>): Check<readonly T[]> {
  return (value, step) => {
    if (!Array.isArray(value)) throw new MalformedData(step, "a list", value);
    let i = 0;
    try {
      for (; i < value.length; i++) item(value[i], "");
    } catch (error) {
      throw MalformedData.under(`${step}[${i}]`, error);
    }
    return value as readonly T[];
  };
}

/** A field that may be absent. */
export function optional<T>(check: Check<T>): Check<T> {
  return Object.assign((value: unknown, step: string) => check(value, step), { optional: true as const });
}

export function record<T extends object>(fields: { readonly [K in keyof T]-?: Check<T[K]> }): Check<T> {
  const names = Object.keys(fields);
  const checks = Object.values(fields) as Check<unknown>[];
  return (value, step) => {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw new MalformedData(step, "an object", value);
    const found = value as Readonly<Record<string, unknown>>;
    try {
      for (let i = 0; i < names.length; i++) {
        const field = found[names[i]!];
        const check = checks[i]!;
        if (field === undefined && check.optional) continue;
        check(field, names[i]!);
      }
    } catch (error) {
      throw MalformedData.under(`${step}.`, error);
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
