import { expect, test } from "vitest";
import type { JobEdge } from "../graph/job-graph.ts";
import { RecordBufferReader } from "../wire/record-buffer-reader.ts";
import { EdgeOutput } from "./outputs.ts";
import { Subpartition, Writability } from "./subpartition.ts";

const edge: JobEdge = { id: "a>b", from: "a", to: "b", partitioning: { kind: "rebalance" } };

test("a watermark goes to every consumer of an edge", () => {
  const told = new Map<string, number[]>();
  const consumers = ["b[0]#1", "b[1]#1", "b[2]#1"].map(consumer => {
    const subpartition = new Subpartition(4, new Writability(() => {}));
    const watermarks: number[] = [];
    told.set(consumer, watermarks);
    const send = (_kind: string, payload: Uint8Array): void => {
      const reader = new RecordBufferReader(payload);
      while (reader.next()) if (reader.kind === "watermark") watermarks.push(reader.watermarkMs);
    };
    subpartition.attach({ send }, 4);
    return { consumer, subpartition };
  });
  new EdgeOutput(edge, 128, consumers).watermark(5);
  for (const { subpartition } of consumers) subpartition.flush();
  expect([...told.values()]).toEqual([[5], [5], [5]]);
});
