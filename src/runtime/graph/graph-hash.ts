import type { LogicalGraph, LogicalNode } from "./logical-graph.ts";
import { murmur3 } from "./murmur3.ts";

/**
 * A fingerprint of a job's structure, by which every process checks that it has built the same graph as the others. It
 * sees uids, names, kinds, parallelism, edges and formats; the code of functions it cannot see.
 */
export function graphHash(graph: LogicalGraph): string {
  const words = JSON.stringify([
    GRAPH_FORMAT,
    graph.job,
    graph.nodes.map(node => [node.uid, node.name, kindOf(node), node.parallelism, node.maxParallelism, node.chainable]),
    graph.edges.map(edge => [edge.from, edge.to, edge.partitioning.kind]),
    graph.checkpointing ?? null,
  ]);
  const bytes = utf8.encode(words);
  return [0, 0x9747b28c].map(seed => murmur3(bytes, bytes.length, seed).toString(16).padStart(8, "0")).join("");
}

/** Grows whenever records, state or keys are written in another format. */
const GRAPH_FORMAT = 1;

function kindOf({ operator }: LogicalNode): string {
  switch (operator.kind) {
    case "source":
      return `source/${operator.source.kind}/${operator.source.boundedness}/${operator.watermarks.kind}`;
    case "sink":
      return `sink/${operator.sink.kind}`;
    default:
      return operator.kind;
  }
}

const utf8 = new TextEncoder();
