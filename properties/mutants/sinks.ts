import type { Mutant } from "../../src/explore/mutant/mutant.ts";

/** The two-phase commit of sinks. */
export const sinkMutants: readonly Mutant[] = [
  {
    name: "sink.no-flush-before-ack",
    file: "dist/src/runtime/connectors/transactional-log-writer.js",
    find: "await this.#queue.flush();",
    replace: "",
    why: "FLINK-6996: the transaction is prepared while records of its epoch still wait in the producer's buffer.",
    claims: ["SO-4", "SK-1", "FO-5"],
  },
  {
    name: "sink.swallow-commit-error",
    file: "dist/src/runtime/task/operators/pending-commits.js",
    find: "await this.#pause(delayMs);",
    replace: "return;",
    why: "FLINK-24773: the error of a commit is logged and dropped; the epoch stays prepared and is never committed.",
    claims: ["SK-3", "SK-2", "SK-6", "RE-1", "SK-1"],
  },
  {
    name: "sink.timeout-means-aborted",
    file: "dist/src/runtime/connectors/log-committer.js",
    find: `if (isUnanswered(error) || error instanceof RpcFault)
                return "unknown";`,
    replace: `if (isUnanswered(error)) {
                await this.#broker.abort(committable).catch(() => undefined);
                return "already-committed";
            }`,
    why: "KAFKA-9274: a commit without an answer is taken for a transaction that was aborted, and is given up.",
    claims: ["SK-3", "SK-2", "SK-6", "RE-1", "SK-1"],
  },
  {
    name: "sink.abort-only-known",
    file: "dist/src/runtime/connectors/transactional-log-writer.js",
    find: "id.generation >= this.#context.attempt || !mine(id.subtask)",
    replace: "true",
    why: "FLINK-23854: only transactions that stand in the restored state are settled; what a dead generation prepared besides stays for ever.",
    claims: ["RE-1", "SK-1"],
  },
  {
    name: "cc.epoch-gap-on-recovery",
    file: "dist/src/runtime/task/operators/sink.js",
    find: "for (const { checkpoint, items } of this.#restored)",
    replace: "for (const { checkpoint, items } of this.#restored.slice(0, -1))",
    why: "RisingWave 5396: recovery skips an epoch; the last one that the restored checkpoint holds is taken for committed.",
    claims: ["SK-3", "SK-2", "SK-1"],
  },
];
