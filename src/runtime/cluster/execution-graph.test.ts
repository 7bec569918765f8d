import { expect, test } from "vitest";
import { job } from "../api/job.ts";
import { logSink } from "../connectors/log-sink.ts";
import { logSource } from "../connectors/log-source.ts";
import { compileJob } from "../graph/compile-job.ts";
import { ExecutionGraph } from "./execution-graph.ts";

const sums = job("sums", env => {
  env.enableCheckpointing(100);
  env
    .fromSource(logSource<number>({ topic: "in", bounded: true }), "in")
    .keyBy(one => one % 2)
    .reduce((a, b) => a + b)
    .name("sum")
    .sinkTo(logSink({ topic: "out" }));
});

test("a subtask whose producers have all finished is triggered itself: no barrier comes from them any more (FLIP-147)", () => {
  const worker = { id: "w", role: "tm0", address: "tm0:rpc", dataAddress: "tm0:data", slots: 2 };
  const execution = new ExecutionGraph(compileJob(sums, {}, { parallelism: 2 }), 1, [worker, worker]);
  const triggered = (): string[] => execution.triggered().map(({ name }) => name);
  for (const one of execution.executions) one.state = "running";
  expect(triggered()).toEqual(["in[0]#1", "in[1]#1"]);
  execution.execution("in[0]#1")!.state = "finished";
  expect(triggered()).toEqual(["in[1]#1"]);
  execution.execution("in[1]#1")!.state = "finished";
  expect(triggered()).toEqual(["sum[0]#1", "sum[1]#1"]);
});
