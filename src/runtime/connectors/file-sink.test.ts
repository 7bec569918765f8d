import { expect, test } from "vitest";
import type { Host } from "../../host/host.ts";
import { SmallSite } from "../../sim/test/small-site.ts";
import type { SinkContext } from "../api/sink.ts";
import { jsonLines } from "./file-format.ts";
import { fileSink } from "./file-sink.ts";
import { partName } from "./part-name.ts";
import { openPartStore } from "./part-store.ts";

const services = { broker: "", storageNodes: [], replicas: 1, rpcTimeoutMs: 1, transactionTimeoutMs: 1 };

test("a writer that opens removes what earlier attempts have prepared and nobody will commit, of its own subtask", async () => {
  const small = new SmallSite(["tm0"], { disks: { seed: "sweep", latencyUs: 10 } });
  let left: readonly string[] = [];
  const nameOf = (subtask: number) => partName("sink", { generation: 1, subtask, after: 0 }, "jsonl");
  small.site.start("tm0", (host: Host) => {
    const open = async (): Promise<void> => {
      const parts = openPartStore("file:///out", host, services);
      for (const subtask of [0, 1]) await parts.prepare(nameOf(subtask), new TextEncoder().encode("1\n"));
      const context: Partial<SinkContext> = {
        host,
        services,
        subtask: 0,
        parallelism: 2,
        lineage: "j",
        operator: "sink",
        attempt: 2,
        restoredCheckpoint: 0,
        available: () => {},
        fail: cause => expect.fail(String(cause)),
      };
      await fileSink({ path: "file:///out", format: jsonLines() })
        .createWriter(context as SinkContext)
        .open?.();
    };
    void open();
    host.timer(1_000, () => void host.disk.readdir("/out/.pending").then(names => (left = names)));
  });
  await small.play();
  expect(left).toEqual([nameOf(1)]);
});
