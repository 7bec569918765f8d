import { expect, test } from "vitest";
import { jobKey } from "../../runtime/checkpoint/coordination-keys.ts";
import type { Observation } from "../../sim/observation.ts";
import { JOB, judge, madeMetadata, MadeHistory, madeSnapshot } from "../testing/made-history.ts";
import { totals } from "../testing/made-job.ts";
import { noLeftovers } from "./cc-9-no-leftovers.ts";

test("a finished job whose storage was emptied holds", () => {
  expect(told({ removed: true })).toEqual([]);
});

test("a file that came before the job's end and stayed is a violation", () => {
  expect(told({})).toMatchObject([{ claim: "CC-9", message: expect.stringContaining("chk-7/total[0]#1.state") }]);
});

test("a file of the newest checkpoint, which is addressable still, is no leftover", () => {
  expect(told({ named: true })).toEqual([]);
});

test("a file that came after the job's end is an upload that nobody waited for", () => {
  expect(told({ late: true })).toEqual([]);
});

test("what lies on a node that is away cannot be removed", () => {
  expect(told({ dead: "dfs1" })).toEqual([]);
});

test("a node that was away and came back before the end keeps nothing, and one that stayed away may", () => {
  expect(told({ before: ["killed", "started"] })).toMatchObject([
    { claim: "CC-9", message: expect.stringContaining("is left on dfs1") },
  ]);
  expect(told({ before: ["killed"] })).toEqual([]);
});

test("without a job manager nobody sweeps", () => {
  expect(told({ dead: "jm0" })).toEqual([]);
});

test("a replica whose name a power loss took back is no leftover", () => {
  expect(told({ undone: true })).toEqual([]);
});

test("a job that runs on has its files", () => {
  expect(told({ state: "running" })).toEqual([]);
});

interface Story {
  readonly removed?: boolean;
  readonly named?: boolean;
  readonly late?: boolean;
  /** What becomes of dfs1 before the job's end. */
  readonly before?: readonly ("killed" | "started")[];
  /** Killed behind the job's end. */
  readonly dead?: string;
  readonly undone?: boolean;
  readonly state?: "running";
}

function told({ removed = false, named = false, late = false, before = [], dead, undone = false, state }: Story) {
  const history = new MadeHistory(totals);
  const judgement = judge(noLeftovers, history.setting());
  const path = "chk-7/total[0]#1.state";
  const file = { path, length: 1, crc32c: 1 };
  const snapshot = madeSnapshot("total", 0, named ? { files: [file] } : {});
  const comes = (): void => {
    if (!undone) history.store(path, new Uint8Array(1), ["dfs1"]);
    history.observe(renamed(history.place("dfs1", path), late ? 1e9 : 0));
  };
  if (!late) comes();
  for (const what of before) history.observe({ kind: "process", atUs: 1, role: "dfs1", incarnation: 0, what });
  history.point(1, history.storeMetadata(madeMetadata(7, [snapshot])));
  judgement.goOn(history);
  const reference = { id: JOB, name: "totals", module: "/totals.js", params: {}, graphHash: "h" };
  history.set(jobKey(JOB), { reference, state: state ?? "finished", leader: 1 });
  if (late) comes();
  if (removed) history.unlink("dfs1", path);
  if (dead !== undefined) history.observe({ kind: "process", atUs: 1e9, role: dead, incarnation: 0, what: "killed" });
  return judgement.goOn(history).end({ job: state ?? "finished" }).violations;
}

function renamed(to: string, atUs: number): Observation {
  return { kind: "disk", atUs, machine: "dfs1", role: "dfs1", operation: "rename", path: "/dfs1/incoming/0", to };
}
