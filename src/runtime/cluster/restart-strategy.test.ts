import { expect, test } from "vitest";
import { restartStrategy } from "./restart-strategy.ts";

test("a fixed delay restarts exactly as often as it may", () => {
  const strategy = restartStrategy({ kind: "fixed-delay", delayMs: 70, attemptsMax: 2 });
  expect(strategy.afterFailure()).toEqual({ kind: "restart", delayMs: 70 });
  expect(strategy.afterFailure()).toEqual({ kind: "restart", delayMs: 70 });
  expect(strategy.afterFailure()).toMatchObject({ kind: "give-up" });
  expect(strategy.afterFailure()).toMatchObject({ kind: "give-up" });
});

test("without a strategy the first failure is the last", () => {
  expect(restartStrategy({ kind: "none" }).afterFailure()).toMatchObject({ kind: "give-up" });
});
