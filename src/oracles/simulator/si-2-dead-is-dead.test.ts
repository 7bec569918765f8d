import { expect, test } from "vitest";
import { deadIsDead } from "./si-2-dead-is-dead.ts";
import type { Observation } from "../../sim/observation.ts";
import type { Setting } from "../oracle.ts";

test("effects of a living process are allowed, also at the instant of its death", () => {
  expect(judge([started(0), heartbeat(0), wrote(5), killed(9), wrote(9), started(1), heartbeat(1), wrote(12)])).toEqual(
    [],
  );
});

test("a disk operation after the death is a violation", () => {
  expect(judge([started(0), killed(9), wrote(10)])).toHaveLength(1);
});

test("a frame for a former life is a violation", () => {
  expect(judge([started(0), killed(9), started(1), heartbeat(0)])).toHaveLength(1);
});

test("a frame for a dead process is a violation", () => {
  expect(judge([started(0), killed(9), heartbeat(0)])).toHaveLength(1);
});

test("lives are numbered upwards", () => {
  expect(judge([started(1), killed(9), started(1)])).toHaveLength(1);
});

function judge(history: readonly Observation[]) {
  const fold = deadIsDead.begin({} as Setting);
  return history.flatMap(observation => fold.on(observation) ?? []);
}

const started = (incarnation: number): Observation => ({
  kind: "process",
  atUs: incarnation * 10,
  role: "dfs0",
  incarnation,
  what: "started",
});
const killed = (atUs: number): Observation => ({ kind: "process", atUs, role: "dfs0", incarnation: 0, what: "killed" });
const wrote = (atUs: number): Observation => ({
  kind: "disk",
  atUs,
  machine: "dfs0",
  role: "dfs0",
  operation: "write",
  path: "/a",
  position: 0,
  bytes: new Uint8Array(1),
});
const heartbeat = (toIncarnation: number): Observation => ({
  kind: "frame",
  connection: 1,
  atUs: 5,
  from: "tm0",
  to: "dfs0",
  toIncarnation,
  frame: { type: "request", method: "worker.heartbeat", call: 1, body: () => undefined },
});
