import { RpcFault } from "./rpc-error.ts";

/**
 * Reads the fields of a decoded body. What comes off a wire is validated, never asserted: a field that is missing or
 * of another kind throws the {@link RpcFault} `malformed`, which names it.
 */
export class Body {
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(value: unknown) {
    if (value === null || typeof value !== "object") throw new RpcFault("malformed", "the body is not an object");
    this.#fields = value as Readonly<Record<string, unknown>>;
  }

  /** Whatever stands there; undefined when the field is absent. */
  value(name: string): unknown {
    return this.#fields[name];
  }

  text(name: string): string {
    const value = this.#fields[name];
    if (typeof value !== "string") throw wanted(name, "a text", value);
    return value;
  }

  optionalText(name: string): string | undefined {
    return this.#fields[name] === undefined ? undefined : this.text(name);
  }

  /** A safe integer ≥ `min`. */
  whole(name: string, min = 0): number {
    const value = this.#fields[name];
    if (!Number.isSafeInteger(value) || (value as number) < min)
      throw wanted(name, `a whole number from ${min}`, value);
    return value as number;
  }

  optionalWhole(name: string, min = 0): number | undefined {
    return this.#fields[name] === undefined ? undefined : this.whole(name, min);
  }

  flag(name: string): boolean {
    const value = this.#fields[name];
    if (typeof value !== "boolean") throw wanted(name, "true or false", value);
    return value;
  }

  optionalFlag(name: string): boolean | undefined {
    return this.#fields[name] === undefined ? undefined : this.flag(name);
  }

  bytes(name: string): Uint8Array {
    const value = this.#fields[name];
    if (!(value instanceof Uint8Array)) throw wanted(name, "bytes", value);
    return value;
  }

  list(name: string): readonly unknown[] {
    const value = this.#fields[name];
    if (!Array.isArray(value)) throw wanted(name, "a list", value);
    return value;
  }

  oneOf<const W extends string>(name: string, words: readonly W[]): W {
    const value = this.#fields[name];
    const word = words.find(candidate => candidate === value);
    if (word === undefined) throw wanted(name, `one of ${words.join(", ")}`, value);
    return word;
  }
}

function wanted(name: string, kind: string, value: unknown): RpcFault {
  const found = value === null || typeof value === "object" ? "something else" : String(value);
  return new RpcFault("malformed", `${name}: ${kind} is wanted, not ${found}`);
}
