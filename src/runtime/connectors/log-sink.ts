import { encode as encodePlain } from "../../rpc/codec.ts";
import type { Sink } from "../api/sink.ts";
import type { Key } from "../api/key.ts";
import { LogCommitter } from "./log-committer.ts";
import type { LogFormat } from "./log-format.ts";
import { LogWriter } from "./log-writer.ts";
import { TransactionalLogWriter } from "./transactional-log-writer.ts";

/**
 * Writes to a topic of the log broker. `exactly-once`: one transaction for each checkpoint interval, prepared with the
 * checkpoint and committed when it is complete. `at-least-once`: written at once, flushed with the checkpoint.
 *
 * Records with a key go to the partition of that key; those without stay on one partition for each subtask.
 */
export function logSink<T>(options: LogSinkOptions<T>): LogSink<T> {
  const { topic, guarantee = "exactly-once" } = options;
  if (topic === "") throw new Error('logSink needs the name of a topic, such as { topic: "balances" }.');
  const format: LogFormat<T> = { key: options.key, encode: options.encode ?? ((record: T) => encodePlain(record)) };
  const broker = options.broker;
  if (guarantee === "at-least-once") {
    return {
      kind: "log/at-least-once",
      topic,
      format,
      createWriter: context => new LogWriter({ topic, format, broker, context }),
    };
  }
  return {
    kind: "log/exactly-once",
    topic,
    format,
    createWriter: context =>
      new TransactionalLogWriter({
        topic,
        format,
        broker,
        context,
        timeoutMs: options.transactionTimeoutMs ?? context.services.transactionTimeoutMs,
      }),
    createCommitter: context => new LogCommitter(context, broker),
  };
}

/** Where it writes, and what, is open to whoever interprets the job without running it. */
export interface LogSink<T> extends Sink<T> {
  readonly kind: "log/exactly-once" | "log/at-least-once";
  readonly topic: string;
  readonly format: LogFormat<T>;
}

export interface LogSinkOptions<T> {
  readonly topic: string;
  /** Default `exactly-once`. */
  readonly guarantee?: "exactly-once" | "at-least-once";
  /** Must be pure. */
  readonly key?: (record: T) => Key;
  /** To the record's bytes; plain data in the codec of rpc/ when absent. */
  readonly encode?: (record: T) => Uint8Array;
  readonly transactionTimeoutMs?: number;
  /** Address of another broker than the cluster's. */
  readonly broker?: string;
}
