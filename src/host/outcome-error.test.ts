import { expect, test } from "vitest";
import { RpcError } from "../rpc/rpc-error.ts";

test("an outcome tells what it is and no stack, and the errors behind it have theirs", () => {
  const outcome = new RpcError("unknown", "timed-out", "store.get at dfs0:rpc");
  expect(String(outcome)).toBe("RpcError: store.get at dfs0:rpc: timed-out, outcome unknown");
  expect(outcome.stack).not.toContain("outcome-error.test.ts");
  expect(new Error("a mistake").stack).toContain("outcome-error.test.ts");
});
