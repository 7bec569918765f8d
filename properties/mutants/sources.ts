import type { Mutant } from "../../src/explore/mutant/mutant.ts";

/** What a source keeps, and who may go on reading. */
export const sourceMutants: readonly Mutant[] = [
  {
    name: "src.commit-last-instead-of-next",
    file: "dist/src/runtime/connectors/log-reader.js",
    find: "({ ...split, position })",
    replace: "({ ...split, position: Math.max(position - 1, 0) })",
    why: "FLINK-4618: the offset in state is that of the last record and not of the next; every restore reads one record of each split again.",
    claims: ["SO-4", "ST-7", "SK-1"],
  },
  {
    name: "fence.worker-ignores-connection-loss",
    file: "dist/src/runtime/cluster/leader-link.js",
    find: "const leftMs = heardMs + this.#config.heartbeatTimeoutMs - askedMs;",
    replace: "const leftMs = this.#config.rpcTimeoutMs;",
    why: "FLINK-18677: a worker that has lost its leader lets its subtasks run on, while the leader deploys them elsewhere.",
    claims: ["FO-1", "SK-1"],
  },
];
