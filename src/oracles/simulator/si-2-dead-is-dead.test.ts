import { expect, test } from "vitest";
import { deadIsDead } from "./si-2-dead-is-dead.ts";
import type { Observation } from "../../sim/observation.ts";
import type { Setting } from "../oracle.ts";
import { beginSuite } from "../suite.ts";

test("effects of a living process are allowed, also at the instant of its death", () => {
  expect(judge([started(0), heartbeat(0), wrote(5), killed(9), wrote(9), started(1), heartbeat(1), wrote(12)])).toEqual(
    [],
  );
});

test.each(["coord", "broker", "dfs0"])("a disk operation of %s after its death is a violation", role => {
  expect(judge([started(0, role), killed(9, role), wrote(10, role)])).toHaveLength(1);
});

test("a frame for a former life is a violation", () => {
  expect(judge([started(0), killed(9), started(1), heartbeat(0)])).toHaveLength(1);
});

test("a frame for a dead process is a violation", () => {
  expect(judge([started(0), killed(9), heartbeat(0)])).toHaveLength(1);
});

test.each(["task.deploy", "checkpoint.trigger", "checkpoint.acknowledge", "checkpoint.complete"])(
  "%s is a frame like any other",
  method => {
    expect(judge([started(0), killed(9), heartbeat(0, method)])).toHaveLength(1);
  },
);

test("lives are numbered upwards", () => {
  expect(judge([started(1), killed(9), started(1)])).toHaveLength(1);
});

function judge(history: readonly Observation[]) {
  const suite = beginSuite([deadIsDead], {} as Setting);
  return history.flatMap(observation => suite.on(observation) ?? []);
}

const started = (incarnation: number, role = "dfs0"): Observation => ({
  kind: "process",
  atUs: incarnation * 10,
  role,
  incarnation,
  what: "started",
});
const killed = (atUs: number, role = "dfs0"): Observation => ({
  kind: "process",
  atUs,
  role,
  incarnation: 0,
  what: "killed",
});
const wrote = (atUs: number, role = "dfs0"): Observation => ({
  kind: "disk",
  atUs,
  machine: role,
  role,
  operation: "write",
  path: "/a",
  position: 0,
  bytes: new Uint8Array(1),
});
const heartbeat = (toIncarnation: number, method = "worker.heartbeat"): Observation => ({
  kind: "frame",
  connection: 1,
  atUs: 5,
  from: "tm0",
  to: "dfs0",
  toIncarnation,
  frame: { type: "request", method, call: 1, body: () => undefined },
});
