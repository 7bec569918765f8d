import crypto from "node:crypto";
import { alike, patch } from "./patch.ts";
import { stage, type FencedProcess } from "./stage.ts";

/** `Math.random` and the randomness of `crypto` inside a turn: the incarnation's own seeded stream. */
export function fenceRandom(): void {
  patch<() => number>(Math, "random", native =>
    alike((): number => (stage.process === undefined ? native() : fraction(stage.process)), native),
  );
  const web = Object.getPrototypeOf(crypto.webcrypto) as object;
  for (const holder of [crypto, web]) {
    fenced(holder, "getRandomValues", fill);
    fenced(holder, "randomUUID", uuid);
  }
  fenced(crypto, "randomFillSync", fill);
  fenced(crypto, "randomFill", (process, array: Fillable, ...rest: unknown[]) => {
    const done = rest.pop() as (error: null, array: Fillable) => void;
    const filled = fill(process, array, ...(rest as [number?, number?]));
    globalThis.process.nextTick(done, null, filled);
  });
  for (const name of ["randomBytes", "pseudoRandomBytes", "prng", "rng"]) {
    fenced(crypto, name, (process, size: number, done?: (error: null, bytes: Buffer) => void) => {
      const bytes = fill(process, Buffer.alloc(size));
      if (done === undefined) return bytes;
      globalThis.process.nextTick(done, null, bytes);
      return undefined;
    });
  }
  fenced(crypto, "randomInt", (process, ...args: unknown[]) => {
    const done = typeof args.at(-1) === "function" ? (args.pop() as (error: null, n: number) => void) : undefined;
    const [min, max] = args.length > 1 ? (args as [number, number]) : [0, args[0] as number];
    const n = min + below(process, max - min);
    if (done === undefined) return n;
    globalThis.process.nextTick(done, null, n);
    return undefined;
  });
}

type Fillable = ArrayBuffer | NodeJS.ArrayBufferView;

/** Replaces a function by one that answers from the process whose turn it is. */
function fenced<A extends unknown[]>(
  holder: object,
  name: string,
  answer: (process: FencedProcess, ...args: A) => unknown,
): void {
  patch<(...args: A) => unknown>(holder, name, native =>
    alike(function (this: unknown, ...args: A): unknown {
      return stage.process === undefined ? native.apply(this, args) : answer(stage.process, ...args);
    }, native),
  );
}

/** Offset and size count elements of the array, as in `randomFillSync`. */
function fill<T extends Fillable>(process: FencedProcess, array: T, offset = 0, size?: number): T {
  const unit = "BYTES_PER_ELEMENT" in array ? (array.BYTES_PER_ELEMENT as number) : 1;
  const whole =
    array instanceof ArrayBuffer
      ? new Uint8Array(array)
      : new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  const bytes = whole.subarray(offset * unit, size === undefined ? whole.length : (offset + size) * unit);
  for (let i = 0; i < bytes.length; i++) bytes[i] = process.fence.uint32() >>> 24;
  return array;
}

/** RFC 9562, version 4. */
function uuid(process: FencedProcess): string {
  const bytes = fill(process, Buffer.alloc(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** 53 bits, as V8 gives them. */
function fraction(process: FencedProcess): number {
  return ((process.fence.uint32() >>> 5) * 2 ** 26 + (process.fence.uint32() >>> 6)) / 2 ** 53;
}

/** Uniform over 0 … n−1 for n up to 2⁴⁸, without modulo bias. */
function below(process: FencedProcess, n: number): number {
  const limit = 2 ** 48 - (2 ** 48 % n);
  for (;;) {
    const drawn = (process.fence.uint32() >>> 16) * 2 ** 32 + process.fence.uint32();
    if (drawn < limit) return drawn % n;
  }
}
