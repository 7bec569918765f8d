/**
 * The public face: what an author of jobs and scenarios imports from `millrace`. It owns no behaviour; what is not
 * named here is internal and may change without notice.
 */
export { dataset, type DatasetSlice } from "./explore/dataset.ts";
export { Misuse } from "./explore/misuse.ts";
export type { CheckpointMoments, Moment, PlanWriter } from "./explore/plan.ts";
export { scenario, type Comparison, type Scenario, type ScenarioInput, type ScenarioSpec } from "./explore/scenario.ts";
export type { Disk, DiskFile } from "./host/disk.ts";
export type { Connection, Net } from "./host/net.ts";
export type { Clock, Host, Main, RandomSource, Timer } from "./host/host.ts";
export type { HostEvent } from "./host/event.ts";
export { attempts } from "./oracles/failover/fo-4-limits-are-exact.ts";
export { committedOutput, type CommittedOutputSpec } from "./oracles/sink/committed-output.ts";
export type { FinalState, Oracle, OracleFold, Setting, Violation, Wants } from "./oracles/oracle.ts";
export type {
  Sink,
  SinkCommitter,
  SinkContext,
  SinkWriter,
  CommitOutcome,
  Committable,
  WriteContext,
} from "./runtime/api/sink.ts";
export type {
  Origin,
  Source,
  SourceOutput,
  SourceReader,
  SplitEnumerator,
  EnumeratorContext,
  ReaderContext,
} from "./runtime/api/source.ts";
export type { Case, CaseInput, Knobs, Topology } from "./world/case.ts";
export { faultKinds, type EventPattern, type Fault, type FaultKind, type Trigger } from "./world/fault.ts";
export { Unrecoverable } from "./runtime/api/unrecoverable.ts";
export { job, type Job, type Params } from "./runtime/api/job.ts";
export type { StreamExecutionEnvironment } from "./runtime/api/environment.ts";
export type { DataStream, KeyedStream, OperatorStream } from "./runtime/api/stream.ts";
export type * from "./runtime/api/functions.ts";
export type { ValueState } from "./runtime/api/state.ts";
export { watermarks, type WatermarkStrategy } from "./runtime/api/watermarks.ts";
export { logSource, type LogSource, type LogSourceOptions } from "./runtime/connectors/log-source.ts";
export type { LogSplit } from "./runtime/connectors/log-split.ts";
export { logSink, type LogSinkOptions } from "./runtime/connectors/log-sink.ts";
export { fileSink, type FileSinkOptions } from "./runtime/connectors/file-sink.ts";
export { fileSource, type FileSourceOptions } from "./runtime/connectors/file-source.ts";
export { jsonLines } from "./runtime/connectors/file-format.ts";
export { collectionSource, generatorSource, type GeneratorOptions } from "./runtime/connectors/generator-source.ts";
export { printSink } from "./runtime/connectors/print-sink.ts";
export { RpcClient } from "./rpc/rpc-client.ts";
export { RpcError, RpcFault } from "./rpc/rpc-error.ts";
export { startRpcServer, type RpcHandlers, type RpcServer } from "./rpc/rpc-server.ts";
export type { DurableView, Observation } from "./sim/observation.ts";
export { service, type Service } from "./services/service.ts";
