import { expect, test } from "vitest";
import { RpcError, RpcFault } from "../../rpc/rpc-error.ts";
import { Unrecoverable } from "../api/unrecoverable.ts";
import { isUnanswered, unlessLost } from "./until-known.ts";

test("what a service has lost for good is brought back by no restart, whatever else it says may be", () => {
  const fault = (code: string) => new RpcFault(code, "said so");
  for (const code of ["offset-out-of-range", "log-truncated", "data-lost", "rotten"]) {
    expect(unlessLost(fault(code))).toBeInstanceOf(Unrecoverable);
    expect(unlessLost(fault(code))).toMatchObject({ message: `${code}: said so`, cause: { code } });
  }
  for (const code of ["fenced", "unknown-topic", "unknown-producer", "out-of-order-sequence", "failed"]) {
    const error = fault(code);
    expect(unlessLost(error)).toBe(error);
  }
});

test("a service that could not work may have done what it was asked, and one that refuses has not", () => {
  expect(isUnanswered(new RpcFault("failed", "EIO"))).toBe(true);
  expect(isUnanswered(new RpcFault("fenced", "by another"))).toBe(false);
  expect(isUnanswered(new Error("an author's"))).toBe(false);
  expect(isUnanswered(new RpcError("unknown", "timed-out", "broker.produce at broker:rpc"))).toBe(true);
});
