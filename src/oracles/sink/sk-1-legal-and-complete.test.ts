import { expect, test } from "vitest";
import { job } from "../../runtime/api/job.ts";
import { jsonLines } from "../../runtime/connectors/file-format.ts";
import { fileSink } from "../../runtime/connectors/file-sink.ts";
import { logSource } from "../../runtime/connectors/log-source.ts";
import { encodeReplica, replicaPath } from "../../services/file-store/stored-replica.ts";
import { judge, MadeHistory } from "../testing/made-history.ts";
import { totals, type Amount } from "../testing/made-job.ts";
import { MadeOutput } from "../testing/made-output.ts";
import { legalAndComplete } from "./sk-1-legal-and-complete.ts";

/** What the disks have lost is judged by what was written there; the rest of the claim is in output-claims.test.ts. */
const input = [[{ account: "ann", cents: 1 }], []];

test("what the broker's disk lost, once it was committed, is judged as it was", () => {
  expect(loggedAndLost(1)).toEqual([]);
  expect(loggedAndLost(2)).toMatchObject([{ claim: "SK-1", where: "total" }]);
});

test("what storage nodes lost, once it was published, is judged as it was", () => {
  expect(publishedAndLost(1)).toEqual([]);
  expect(publishedAndLost(2)).toMatchObject([{ claim: "SK-1" }]);
});

test("what the last checkpoint holds of a job that ended before its time is owed, and judged as if it were committed", () => {
  expect(owed(1)).toEqual([]);
  expect(owed(2)).toMatchObject([{ claim: "SK-1", where: "total" }]);
});

function loggedAndLost(cents: number) {
  const history = new MadeHistory(totals);
  const output = new MadeOutput(history, input);
  const judgement = judge(legalAndComplete, history.setting({ outputMayBeLost: true }));
  output.begin("tx-1", [0, 0, "ann", cents]);
  output.end("tx-1", "committed");
  history.disk("broker").clear();
  return judgement.goOn(history).end().violations;
}

function publishedAndLost(cents: number) {
  const history = new MadeHistory(copy);
  new MadeOutput(history, input);
  const judgement = judge(legalAndComplete, history.setting({ outputMayBeLost: true }));
  const line = { value: { account: "ann", cents }, origin: { split: "amounts/0", position: 0 } };
  publish(history, "/out/parts/part-0", `${JSON.stringify(line)}\n`);
  publish(history, "/out/committed/part-0", "");
  return judgement.goOn(history).end().violations;
}

function owed(cents: number) {
  const history = new MadeHistory(totals);
  const output = new MadeOutput(history, input);
  const judgement = judge(legalAndComplete, history.setting());
  output.begin("tx-1", [0, 0, "ann", cents]);
  output.prepare("tx-1");
  output.complete(1, { positions: [1, 0], held: ["tx-1"] });
  return judgement.goOn(history).end({ job: "running" }).violations;
}

const copy = job("copy", env => {
  env
    .fromSource(logSource<Amount>({ topic: "amounts", bounded: true }), "amounts")
    .sinkTo(fileSink({ path: "dfs:///out", format: jsonLines({ origin: true }) }));
});

/** As the disk of a node is seen to take the file; it does not keep it. */
function publish(history: MadeHistory, path: string, contents: string): void {
  const bytes = encodeReplica(path, new TextEncoder().encode(contents));
  const place = { kind: "disk", atUs: 1, machine: "dfs0", role: "dfs0", path: "/dfs0/incoming/0" } as const;
  history.observe({ ...place, operation: "create" });
  history.observe({ ...place, operation: "write", position: 0, bytes });
  history.observe({ ...place, operation: "rename", to: replicaPath("/dfs0", path) });
}
