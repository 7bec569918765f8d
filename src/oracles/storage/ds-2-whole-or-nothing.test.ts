import { expect, test } from "vitest";
import { judge, MadeHistory } from "../testing/made-history.ts";
import { totals } from "../testing/made-job.ts";
import { wholeOrNothing } from "./ds-2-whole-or-nothing.ts";

const path = "chk-1/total[0]#1.state";

test("what was put may be returned, and that there is nothing", () => {
  expect(returned({ state: "present", bytes: Uint8Array.of(1, 2) })).toMatchObject({ violations: [], checked: 1 });
  expect(returned({ state: "rotten" })).toMatchObject({ violations: [], checked: 0 });
});

test("other contents are a violation", () => {
  expect(returned({ state: "present", bytes: Uint8Array.of(1, 3) }).violations).toMatchObject([
    { claim: "DS-2", message: `dfs0 returned for ${path} what nobody had put there` },
  ]);
});

test("of two puts under one name either may be what is there", () => {
  const other = { state: "present", bytes: Uint8Array.of(9) };
  expect(returned(other, [Uint8Array.of(9)]).violations).toEqual([]);
  expect(returned(other).violations).toHaveLength(1);
});

function returned(reply: object, alsoPut: readonly Uint8Array[] = []) {
  const history = new MadeHistory(totals);
  const judgement = judge(wholeOrNothing, history.setting());
  for (const bytes of [Uint8Array.of(1, 2), ...alsoPut]) history.request("store.put", "tm0", "dfs0", { path, bytes });
  const call = history.request("store.get", "jm0", "dfs0", { path });
  history.reply("store.get", "dfs0", "jm0", reply, call);
  return judgement.goOn(history);
}
