import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteSlab, checksumBytes } from "./byte-slab.ts";

test("copies keep their bytes, share none, and are summed up the same wherever they lie", () => {
  const message = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ minLength: 5_000, maxLength: 20_000 }));
  fc.assert(
    fc.property(fc.array(fc.tuple(message, fc.boolean()), { maxLength: 12 }), messages => {
      const slab = new ByteSlab();
      const copies: { copy: Uint8Array; expected: number[] }[] = [];
      for (const [bytes, append] of messages) {
        const last = copies.at(-1);
        if (append && last !== undefined) {
          last.copy = slab.append(last.copy, bytes);
          last.expected = [...last.expected, ...bytes];
        } else {
          copies.push({ copy: slab.copy(bytes), expected: [...bytes] });
        }
        expect(slab.checksum).toBe(checksumBytes(bytes));
        bytes.fill(0xaa);
      }
      for (const { copy, expected } of copies) expect(Buffer.compare(copy, Uint8Array.from(expected))).toBe(0);
      copies[0]?.copy.fill(0xbb);
      for (const { copy, expected } of copies.slice(1)) expect(Buffer.compare(copy, Uint8Array.from(expected))).toBe(0);
    }),
    { numRuns: 40 },
  );
});

test("the checksum tells one flipped bit, a swap and a shift", () => {
  const bytes = Uint8Array.from({ length: 64 }, (_, i) => i * 7);
  const sums = new Set([checksumBytes(bytes)]);
  for (let bit = 0; bit < 512; bit++) {
    const flipped = bytes.slice();
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    sums.add(checksumBytes(flipped));
  }
  const swapped = bytes.slice();
  swapped.set(bytes.subarray(4, 8), 0);
  swapped.set(bytes.subarray(0, 4), 4);
  sums.add(checksumBytes(swapped));
  sums.add(checksumBytes(bytes.subarray(1)));
  expect(sums.size).toBe(1 + 512 + 2);
});
