import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeReplica, encodeReplica } from "./stored-replica.ts";

test("a replica is whole in its own place, and nowhere else", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.uint8Array(), (path, other, contents) => {
      const replica = encodeReplica(path, contents);
      expect(decodeReplica(path, replica)).toEqual(contents);
      if (other !== path) expect(decodeReplica(other, replica)).toBeUndefined();
    }),
  );
});

test("a replica that was cut, or in which a bit has flipped, is not whole", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), (contents, draw) => {
      const replica = encodeReplica("a", contents);
      expect(decodeReplica("a", replica.subarray(0, draw % replica.length))).toBeUndefined();
      replica[draw % replica.length]! ^= 1 << (draw % 8);
      expect(decodeReplica("a", replica)).toBeUndefined();
    }),
  );
});
