import { expect, test } from "vitest";
import { pause } from "../../src/host/pause.ts";
import type { SinkContext } from "../../src/runtime/api/sink.ts";
import { jsonLines } from "../../src/runtime/connectors/file-format.ts";
import { fileSink } from "../../src/runtime/connectors/file-sink.ts";
import { partName } from "../../src/runtime/connectors/part-name.ts";
import { openPartStore } from "../../src/runtime/connectors/part-store.ts";
import { contents, nodes, replicas, storeSite } from "./store-site.ts";

test("what an earlier attempt has left behind goes when the storage node that was away is back", async () => {
  const site = storeSite("sweep");
  const services = { broker: "", storageNodes: nodes, replicas, rpcTimeoutMs: 100, transactionTimeoutMs: 1 };
  await site.play(async host => {
    const parts = openPartStore("dfs:///out", host, services);
    await parts.prepare(partName("sink", { generation: 1, subtask: 0, after: 0 }, "jsonl"), contents("left"));
    site.site.kill("dfs2");
    const context: Partial<SinkContext> = {
      host,
      services,
      subtask: 0,
      parallelism: 1,
      lineage: "j",
      operator: "sink",
      attempt: 2,
      restoredCheckpoint: 0,
      available: () => {},
      fail: cause => expect.fail(String(cause)),
    };
    await fileSink({ path: "dfs:///out", format: jsonLines() })
      .createWriter(context as SinkContext)
      .open?.();
    await pause(host, 2_000);
    site.site.start("dfs2");
    await pause(host, 15_000);
    expect((await parts.list()).pending).toEqual([]);
  });
});
