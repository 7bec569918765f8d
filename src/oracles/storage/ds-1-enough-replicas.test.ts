import { expect, test } from "vitest";
import type { Observation } from "../../sim/observation.ts";
import type { Setting } from "../oracle.ts";
import { judge, madeMetadata, MadeHistory, madeSnapshot } from "../testing/made-history.ts";
import { totals } from "../testing/made-job.ts";
import { enoughReplicas } from "./ds-1-enough-replicas.ts";

test("files that lie on as many nodes as there are to be replicas hold", () => {
  expect(completed(["dfs0", "dfs2"])).toMatchObject({ violations: [], checked: 2 });
});

test("a file that lies on one node of the two that are wanted is a violation", () => {
  expect(completed(["dfs1"]).violations).toMatchObject([{ claim: "DS-1", actual: "durable on dfs1" }]);
});

test("a node whose disk the plan damages may lack it", () => {
  expect(completed(["dfs1"], { dishonestDisks: new Set(["dfs0"]) }).violations).toEqual([]);
});

test("what a node lost with its disk lies on enough nodes again when it has been calm for long", () => {
  const wiped = { dishonestDisks: new Set(["dfs0"]), replacedDisks: new Set(["dfs0"]), knobs: { stormMs: 1 } };
  const after = (nodes: readonly string[], waitUs: number, setting: Partial<Setting> = wiped) => {
    const { history, judgement } = begin(nodes, setting);
    judgement.goOn(history);
    history.later(waitUs);
    history.set("other", 1);
    return judgement.goOn(history).violations;
  };
  expect(after(["dfs1"], 30_000_000)).toMatchObject([{ claim: "DS-1", actual: "durable on dfs1" }]);
  expect(after(["dfs1"], 20_000_000)).toEqual([]);
  expect(after(["dfs1", "dfs2"], 30_000_000)).toEqual([]);
  expect(after(["dfs1"], 30_000_000, { ...wiped, replacedDisks: new Set() })).toEqual([]);
});

test("a storage node, or its machine, that comes or goes meanwhile makes the wait begin anew", () => {
  const wiped = { dishonestDisks: new Set(["dfs0"]), replacedDisks: new Set(["dfs0"]) };
  const atUs = 20_000_000;
  const started = (role: string) => ({ kind: "process", atUs, role, incarnation: 1, what: "started" }) as const;
  const after = (event: Observation) => {
    const { history, judgement } = begin(["dfs1"], wiped);
    history.later(atUs).observe(event);
    history.later(10_000_000).set("other", 1);
    const early = judgement.goOn(history).violations.length;
    history.later(20_000_000).set("other", 2);
    return [early, judgement.goOn(history).violations.length];
  };
  expect(after(started("dfs2"))).toEqual([0, 1]);
  expect(after(started("tm0"))).toEqual([1, 1]);
  expect(after({ kind: "machine", atUs, machine: "dfs2", what: "power-loss" })).toEqual([0, 1]);
});

function completed(nodes: readonly string[], setting: Partial<Setting> = {}) {
  const { history, judgement } = begin(nodes, setting);
  return judgement.goOn(history);
}

/** A checkpoint with a file that lies on these nodes. */
function begin(nodes: readonly string[], setting: Partial<Setting>) {
  const history = new MadeHistory(totals);
  const judgement = judge(enoughReplicas, history.setting(setting));
  const file = history.store("chk-1/total[0]#1.state", Uint8Array.of(1, 2), nodes);
  history.point(1, history.storeMetadata(madeMetadata(1, [madeSnapshot("total", 0, { files: [file] })])));
  return { history, judgement };
}
