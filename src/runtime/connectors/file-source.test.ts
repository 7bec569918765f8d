import { expect, test } from "vitest";
import { makeDurableFolder, writeNewFile } from "../../host/file.ts";
import type { Host } from "../../host/host.ts";
import { SmallSite } from "../../sim/test/small-site.ts";
import type { ReaderContext, SourceOutput } from "../api/source.ts";
import { fileSource } from "./file-source.ts";

test("a file that is given twice is refused, for it would be read by several readers or once, as their number goes", () => {
  expect(() => fileSource({ paths: ["file:///in/a", "file:///in/b", "file:///in/a"] })).toThrow(
    "fileSource is given file:///in/a twice; a file is read once.",
  );
});

test("a reader has not come to its end while a file of its is still being read", async () => {
  const small = new SmallSite(["tm0"], { disks: { seed: "files", latencyUs: 10 } });
  const seen: unknown[] = [];
  const output: SourceOutput<number> = { emit: record => seen.push(record) };
  small.site.start("tm0", (host: Host) => {
    const read = async (): Promise<void> => {
      await makeDurableFolder(host.disk, "/in");
      await writeNewFile(host.disk, "/in/a", new TextEncoder().encode("1\n2\n"));
      const context: ReaderContext = {
        host,
        services: { broker: "", storageNodes: [], replicas: 1, rpcTimeoutMs: 1, transactionTimeoutMs: 1 },
        subtask: 0,
        parallelism: 1,
        vertex: "v",
        requestSplit: () => {},
        available: () => seen.push(reader.poll(output, 10)),
        fail: cause => seen.push(cause),
      };
      const reader = fileSource<number>({ paths: ["file:///in/a"] }).createReader(context);
      reader.addSplits([{ path: "/in/a", position: 0 }]);
      reader.noMoreSplits();
      seen.push(reader.poll(output, 10));
    };
    void read();
  });
  await small.play();
  expect(seen.filter(what => what !== "nothing")).toEqual([1, 2, "end"]);
  expect(seen[0]).toBe("nothing");
});
