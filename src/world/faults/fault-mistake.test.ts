import { expect, test } from "vitest";
import type { Fault } from "../fault.ts";
import { faultMistake } from "./fault-mistake.ts";
import type { TaskSite } from "./task-sites.ts";

const at = { atUs: 1 };
const said = (fault: Fault, services?: readonly string[], subtasks?: ReadonlyMap<string, number>) => {
  const mistake = faultMistake(fault, { ...(services && { services }), ...(subtasks && { subtasks }) });
  return mistake && `${mistake.path.join(".")}: ${mistake.message}`;
};

test("a fault that keeps the rules of its kind has no mistake", () => {
  const right: Fault[] = [
    { kind: "proc.kill", target: "tm9", when: at, forUs: 5 },
    { kind: "net.cut", target: "jm0>tm1", when: at },
    { kind: "net.cut", target: "tm1", when: at },
    { kind: "net.cut", target: "jm0<>tm1", when: at },
    { kind: "net.delay", target: "jm0,tm0>tm1,coord", when: at, params: { segments: 1 } },
    { kind: "task.fail", target: "count[3]", when: at, params: { site: "restore" } },
    { kind: "site.power-loss", target: "site", when: at },
    { kind: "site.power-loss", target: "site", when: at, params: { roles: "tm0,dfs7,broker" } },
    { kind: "clock.jump", target: "ledger", when: at, params: { byMs: -5 } },
  ];
  for (const fault of right) expect(said(fault)).toBe(undefined);
});

test("a wrong parameter is told with what is allowed", () => {
  expect(said({ kind: "net.delay", target: "jm0>tm0", when: at, params: { byMs: 5 } })).toBe(
    "params.byMs: net.delay takes addUs, segments.",
  );
  expect(said({ kind: "proc.kill", target: "tm0", when: at, params: { how: "hard" } })).toBe(
    "params.how: proc.kill takes no parameter.",
  );
  expect(said({ kind: "proc.slow", target: "tm0", when: at, params: { constructor: 5 } })).toBe(
    "params.constructor: proc.slow takes factor.",
  );
  expect(said({ kind: "proc.slow", target: "tm0", when: at, params: { factor: 1 } })).toBe(
    "params.factor: a whole number from 2 to 1000 is wanted, not 1.",
  );
  expect(said({ kind: "rpc.delay", target: "tm0", when: at, params: { part: "both" } })).toBe(
    'params.part: one of request, reply is wanted, not "both".',
  );
  expect(said({ kind: "site.power-loss", target: "site", when: at, params: { roles: "tm0,tn1" } }, [])).toBe(
    'params.roles: roles with commas between them are wanted, such as "tm0,jm0", not "tm0,tn1".',
  );
});

test("a target that cannot exist is told with those that can", () => {
  expect(said({ kind: "proc.kill", target: "tm0>tm1", when: at })).toContain("target: proc.kill wants a role");
  expect(said({ kind: "net.reset", target: "tm0>", when: at })).toContain('such as "jm0>tm1"');
  expect(said({ kind: "task.fail", target: "count", when: at })).toContain('such as "count[0]"');
  expect(said({ kind: "proc.kill", target: "brokr", when: at }, ["ledger"])).toBe(
    'target: proc.kill wants a role (jm0, tm0, dfs0, broker, coord, ledger), not "brokr".',
  );
  expect(said({ kind: "proc.kill", target: "ledger", when: at }, ["ledger"])).toBe(undefined);
});

test("calls are counted of roles only", () => {
  expect(said({ kind: "net.reset", target: "tm0>jm0", when: { step: 5 } })).toContain("when: the calls of a role");
});

test("a subtask is one of the job's, as a target and in a trigger", () => {
  const job = new Map([
    ["source", 2],
    ["sink", 1],
  ]);
  const subtask = (target: string) => said({ kind: "task.fail", target, when: at }, [], job);
  expect(subtask("source[1]")).toBe(undefined);
  expect(subtask("sink[0]")).toBe(undefined);
  expect(subtask("nosuch[0]")).toBe(
    'target: task.fail wants a subtask of the job (source[0..1], sink[0]), not "nosuch[0]".',
  );
  expect(subtask("sink[1]")).toContain("source[0..1], sink[0]");
  const moment = (on: object) =>
    said({ kind: "proc.kill", target: "tm0", when: { on: { event: "barrier.align", ...on } } }, ["pg"], job);
  expect(moment({ subtask: "sink[0]", role: "pg" })).toBe(undefined);
  expect(moment({ subtask: "nosuch[0]" })).toContain("when.on.subtask: a subtask of the job (source[0..1], sink[0])");
  expect(moment({ role: "zz9" })).toBe(
    'when.on.role: a role (jm0, tm0, dfs0, broker, coord, pg) is wanted, not "zz9".',
  );
});

test("a link has two ends", () => {
  for (const target of [
    "tm0>tm0",
    "tm0>",
    "<>tm0",
    "tm0>tm1>tm2",
    "tm0,tm1<>tm1",
    "tm0,,tm1>tm2",
    "tm0<tm1",
    "tm0,tm1",
  ])
    expect(said({ kind: "net.cut", target, when: at }), target).toContain("an ordered pair such as");
  for (const target of ["tm0<>tm1", "tm0,tm1>jm0"])
    expect(said({ kind: "rpc.delay", target, when: at }), target).toContain("an ordered pair such as");
});

test("a message of an author's own service is the author's to name, and none of another role is", () => {
  const lost = (target: string, method: string) =>
    said({ kind: "rpc.lose-reply", target, when: at, params: { method } }, ["ledger"]);
  for (const method of ["ledger.commit", "*"])
    for (const target of ["ledger", "tm0>ledger"]) expect(lost(target, method)).toBe(undefined);
  expect(lost("tm0>jm0", "ledger.commit")).toContain("params.method: one of broker.abort");
  expect(lost("coord", "*")).toContain("params.method: one of broker.abort");
  const late = { kind: "rpc.delay", target: "ledger", when: at } as const;
  expect(said({ ...late, params: { part: "reply", method: "ledger.commit" } }, ["ledger"])).toBe(undefined);
  expect(said({ ...late, params: { part: "reply" } }, ["ledger"])).toContain("not nothing");
});

test("where it is known how many roles there are, one beyond them cannot exist", () => {
  const ground = { services: [], roles: { jm: 1, tm: 3, dfs: 2 } };
  const message = (fault: Fault) => faultMistake(fault, ground)?.message;
  expect(message({ kind: "proc.kill", target: "tm2", when: at })).toBe(undefined);
  expect(message({ kind: "proc.kill", target: "tm3", when: at })).toBe(
    'proc.kill wants a role (jm0, tm0..2, dfs0..1, broker, coord), not "tm3".',
  );
  expect(message({ kind: "store.slow", target: "dfs2", when: at })).toContain("a storage node (dfs0..1)");
  expect(message({ kind: "net.cut", target: "tm0>jm1", when: at })).toContain('not "tm0>jm1"');
  const roles = { kind: "site.power-loss", target: "site", when: at, params: { roles: "tm0,dfs2" } } as const;
  expect(message(roles)).toContain('not "tm0,dfs2"');
  expect(message({ kind: "proc.kill", target: "tm02", when: at })).toContain('not "tm02"');
});

test("a site that the operator does not have is a mistake with those that it has", () => {
  const sites: ReadonlyMap<string, ReadonlySet<TaskSite>> = new Map([
    ["count", new Set<TaskSite>(["open", "record", "close"])],
    ["out", new Set<TaskSite>(["open", "snapshot", "release"])],
  ]);
  const toldOf = (kind: Fault["kind"], target: string, site?: string) => {
    const fault = { kind, target, when: at, ...(site !== undefined && { params: { site } }) };
    const mistake = faultMistake(fault, { sites });
    return mistake && `${mistake.path.join(".")}: ${mistake.message}`;
  };
  expect(toldOf("task.fail", "count[0]", "timer")).toBe(
    'params.site: one of open, record, close is wanted of "count", not "timer".',
  );
  expect(toldOf("task.fail", "out[0]")).toBe('params.site: one of open, snapshot is wanted of "out", not "record".');
  expect(toldOf("task.stuck-cancel", "count[0]")).toBe(
    'target: task.stuck-cancel strikes at "release": one of out is wanted, not "count".',
  );
  expect(toldOf("snapshot.slow", "count[0]")).toContain('"snapshot": one of out is wanted');
  for (const kind of ["task.stuck-cancel", "snapshot.slow"] as const) expect(toldOf(kind, "out[1]")).toBe(undefined);
});
