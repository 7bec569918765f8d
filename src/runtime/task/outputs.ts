import type { Origin } from "../api/source.ts";
import { keyGroupOf, ownerOf } from "../graph/key-groups.ts";
import type { JobEdge, JobVertex } from "../graph/job-graph.ts";
import type { BufferKind } from "../wire/buffer.ts";
import type { RecordOutput } from "./operator.ts";
import { Subpartition, Writability } from "./subpartition.ts";
import type { TaskDeployment } from "./task-contract.ts";

/**
 * All that one subtask sends: its edges and their subpartitions. It owns which consumer gets which record; order and
 * credit of one consumer are subpartition.ts.
 */
export class Outputs {
  /** In the order of `vertex.outputs`. */
  readonly edges: readonly EdgeOutput[];
  readonly #writability: Writability;

  constructor(vertex: JobVertex, deployment: TaskDeployment, bufferRecordsMax: number, onWritable: () => void) {
    this.#writability = new Writability(onWritable);
    this.edges = vertex.outputs.map((edge, i) => {
      const channels = deployment.outputs[i]?.channels ?? [];
      const subpartitions = channels.map(({ consumer }) => ({
        consumer,
        subpartition: new Subpartition(bufferRecordsMax, this.#writability),
      }));
      return new EdgeOutput(edge, vertex.maxParallelism, subpartitions);
    });
  }

  /** False while a consumer has all the buffers that it may have: then nothing more is to be processed. */
  get writable(): boolean {
    return this.#writability.writable;
  }

  /** To every consumer, behind everything emitted so far. */
  broadcast(kind: Exclude<BufferKind, "records">, payload: Uint8Array): void {
    for (const edge of this.edges) for (const { subpartition } of edge.subpartitions) subpartition.event(kind, payload);
  }

  flush(): void {
    for (const edge of this.edges) for (const { subpartition } of edge.subpartitions) subpartition.flush();
  }

  release(): void {
    for (const edge of this.edges) for (const { subpartition } of edge.subpartitions) subpartition.release();
  }
}

/** The consumers of one edge, and the rule by which records find theirs. */
export class EdgeOutput implements RecordOutput {
  readonly edge: JobEdge;
  readonly subpartitions: readonly { readonly consumer: string; readonly subpartition: Subpartition }[];
  readonly #targets: readonly Subpartition[];
  readonly #maxParallelism: number;
  #next = 0;

  constructor(edge: JobEdge, maxParallelism: number, subpartitions: EdgeOutput["subpartitions"]) {
    this.edge = edge;
    this.subpartitions = subpartitions;
    this.#targets = subpartitions.map(({ subpartition }) => subpartition);
    this.#maxParallelism = maxParallelism;
  }

  emit(value: unknown, timestampMs: number | undefined, origin: Origin | undefined): void {
    this.#targets[this.#targetOf(value)]!.record(value, timestampMs, origin);
  }

  watermark(watermarkMs: number): void {
    for (const target of this.#targets) target.watermark(watermarkMs);
  }

  #targetOf(value: unknown): number {
    const { partitioning } = this.edge;
    switch (partitioning.kind) {
      case "forward":
        return 0;
      case "hash": {
        const group = keyGroupOf(partitioning.key(value), this.#maxParallelism);
        return ownerOf(group, this.#maxParallelism, this.#targets.length);
      }
      case "rebalance": {
        const target = this.#next;
        this.#next = target + 1 === this.#targets.length ? 0 : target + 1;
        return target;
      }
    }
  }
}
