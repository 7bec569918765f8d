/**
 * A copy of plain data, made where a record passes from one chained operator to the next: what one author's function does
 * to an object does not reach what another has kept (Flink's default, "object reuse" off). What the codec cannot carry
 * is passed as it is; it is refused by name at the next edge.
 *
 * A record of six fields takes about 0.1 µs; the codec, there and back, would take 1 µs.
 */
export function copyValue(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(copyValue);
  if (value instanceof Uint8Array) return value.slice();
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const copy: Record<string, unknown> = { ...value };
  for (const field in copy) {
    const part = copy[field];
    if (typeof part === "object" && part !== null) copy[field] = copyValue(part);
  }
  return copy;
}
