/**
 * JSON for values that JSON has no words for: big integers, bytes, undefined, −0, NaN and the infinities travel as an
 * object with one key that begins with `$`. It owns that form, and refuses by name what it cannot carry. A plain object
 * whose only key begins with `$` is wrapped, so that nothing is ever taken for something else.
 */
export function toTagged(value: unknown, at = "$"): unknown {
  switch (typeof value) {
    case "bigint":
      return { $bigint: String(value) };
    case "undefined":
      return { $undefined: true };
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { $number: Object.is(value, -0) ? "-0" : String(value) };
    case "string":
    case "boolean":
      return value;
    case "function":
    case "symbol":
      throw new TypeError(`${at} is a ${typeof value}: a case is plain data.`);
    case "object":
      return taggedObject(value, at);
  }
}

export function fromTagged(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(fromTagged);
  const entries = Object.entries(value as Record<string, unknown>);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined && only[0].startsWith("$")) return untagged(only[0], only[1]);
  return Object.fromEntries(entries.map(([key, inner]) => [key, fromTagged(inner)]));
}

function taggedObject(value: object | null, at: string): unknown {
  if (value === null) return null;
  if (Array.isArray(value)) return value.map((inner, index) => toTagged(inner, `${at}[${index}]`));
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("base64") };
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(`${at} is a ${value.constructor?.name ?? "foreign object"}: a case is plain data.`);
  }
  const plain = Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([key, inner]) => [key, toTagged(inner, `${at}.${key}`)]),
  );
  const keys = Object.keys(plain);
  return keys.length === 1 && keys[0]!.startsWith("$") ? { $plain: plain } : plain;
}

function untagged(tag: string, inner: unknown): unknown {
  switch (tag) {
    case "$bigint":
      return BigInt(inner as string);
    case "$undefined":
      return undefined;
    case "$number":
      return Number(inner);
    case "$bytes":
      return new Uint8Array(Buffer.from(inner as string, "base64"));
    case "$plain":
      return Object.fromEntries(
        Object.entries(inner as Record<string, unknown>).map(([key, value]) => [key, fromTagged(value)]),
      );
    default:
      throw new TypeError(`${tag} is no tag of a case.`);
  }
}
