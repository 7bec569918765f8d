/**
 * Plain data as values: the reference executor works by value where the runtime may work by reference, so that an
 * author's function that changes what it was given changes nobody else's record.
 */
export function copyOf<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf) as T;
  if (value instanceof Uint8Array) return value.slice() as T;
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) copy[name] = copyOf((value as Record<string, unknown>)[name]);
  return copy as T;
}

/**
 * One text for equal values and different ones for different values: type and sign are kept (`1`, `"1"`, `1n`, `-0`), the
 * order of an object's fields and fields that are undefined are not.
 */
export function imageOf(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "bigint":
      return `${value}n`;
    case "object":
      return value === null ? "null" : imageOfObject(value);
    case "boolean":
    case "undefined":
      return String(value);
    case "function":
    case "symbol":
      return `<${typeof value}>`;
  }
}

function imageOfObject(value: object): string {
  if (Array.isArray(value)) return `[${value.map(imageOf).join(",")}]`;
  if (value instanceof Uint8Array) return `bytes(${[...value].join(" ")})`;
  const fields = value as Readonly<Record<string, unknown>>;
  const names = Object.keys(fields).filter(name => fields[name] !== undefined);
  names.sort((a, b) => (a < b ? -1 : 1));
  return `{${names.map(name => `${JSON.stringify(name)}:${imageOf(fields[name])}`).join(",")}}`;
}
