import fc from "fast-check";
import { expect, test } from "vitest";
import { parseTransactionId, transactionId, transactionPrefix } from "./transaction-id.ts";

const name = fc.record({
  lineage: fc.string(),
  operator: fc.string(),
  generation: fc.nat(),
  subtask: fc.nat(99),
  after: fc.nat(),
});

test("two transactions that differ in anything have different names", () => {
  fc.assert(
    fc.property(name, name, (a, b) => {
      const [first, second] = [a, b].map(one => transactionId(transactionPrefix(one.lineage, one.operator), one));
      expect(first === second).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
  );
});

test("a name is read back by its own operator and by no other", () => {
  fc.assert(
    fc.property(name, name, (a, b) => {
      const prefix = transactionPrefix(a.lineage, a.operator);
      const id = transactionId(prefix, a);
      const { generation, subtask, after } = a;
      expect(parseTransactionId(prefix, id)).toEqual({ generation, subtask, after });
      const other = transactionPrefix(b.lineage, b.operator);
      if (other !== prefix) expect(parseTransactionId(other, id)).toBeUndefined();
    }),
  );
});
