import { expect, test } from "vitest";
import type { Setting } from "../oracle.ts";
import { judge, MadeHistory, STORAGE } from "../testing/made-history.ts";
import { totals } from "../testing/made-job.ts";
import { wholeIsListed } from "./ds-3-whole-is-listed.ts";

const path = "chk-1/total[0]#1.state";
const stored = `${STORAGE.slice("dfs://".length)}/${path}`;

test("what lies on the node's disk may be listed", () => {
  expect(listed({ on: "dfs0" })).toMatchObject({ violations: [], checked: 2 });
});

test("what lies on another node alone is a violation, in either listing", () => {
  expect(listed({ on: "dfs1" }).violations).toMatchObject([
    { claim: "DS-3", message: `dfs0 listed ${stored}, which is not on its disk` },
    { claim: "DS-3" },
  ]);
});

test("what was asked away may be in a listing from before", () => {
  expect(listed({ on: "dfs1", removed: true }).violations).toEqual([]);
});

test("a node whose disk the plan damages may list what it had", () => {
  expect(listed({ on: "dfs1", setting: { dishonestDisks: new Set(["dfs0"]) } }).violations).toEqual([]);
});

interface Story {
  readonly on: string;
  readonly removed?: boolean;
  readonly setting?: Partial<Setting>;
}

function listed({ on, removed = false, setting = {} }: Story) {
  const history = new MadeHistory(totals);
  history.store(path, Uint8Array.of(1), [on]);
  if (removed) history.request("store.remove", "jm0", "dfs0", { paths: [stored] });
  history.reply("store.list", "dfs0", "jm0", { paths: [stored], removed: [] });
  history.reply("store.inventory", "dfs0", "dfs1", { files: [stored], removed: [], settled: [] });
  return judge(wholeIsListed, history.setting(setting)).goOn(history);
}
