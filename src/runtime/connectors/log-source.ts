import { decode as decodePlain } from "../../rpc/codec.ts";
import type { Source } from "../api/source.ts";
import { LogEnumerator } from "./log-enumerator.ts";
import type { LogDecoder } from "./log-format.ts";
import { LogReader } from "./log-reader.ts";
import type { LogSplit } from "./log-split.ts";

/**
 * Reads a topic of the log broker, committed records only. A split is a partition; its position is the next offset to
 * read. `bounded` reads up to the end that the topic has when the job first starts; that end is kept in the state.
 */
export function logSource<T>(options: LogSourceOptions<T>): LogSource<T> {
  const { topic, bounded = false, recordsPerFetch = 100 } = options;
  if (topic === "") throw new Error('logSource needs the name of a topic, such as { topic: "payments" }.');
  if (!Number.isSafeInteger(recordsPerFetch) || recordsPerFetch < 1) {
    throw new Error(`recordsPerFetch is a whole number, 1 or more; got ${recordsPerFetch}.`);
  }
  const decode = options.decode ?? ((value: Uint8Array) => decodePlain(value) as T);
  return {
    kind: "log",
    topic,
    decode,
    boundedness: bounded ? "bounded" : "unbounded",
    createEnumerator: (context, restored) =>
      new LogEnumerator({ topic, bounded, broker: options.broker, context, restored }),
    createReader: context => new LogReader({ decode, recordsPerFetch, broker: options.broker, context }),
  };
}

/** What it reads, and how, is open to whoever interprets the job without running it. */
export interface LogSource<T> extends Source<T, LogSplit> {
  readonly kind: "log";
  readonly topic: string;
  readonly decode: LogDecoder<T>;
}

export interface LogSourceOptions<T> {
  readonly topic: string;
  readonly bounded?: boolean;
  /** From the record's bytes; plain data in the codec of rpc/ when absent. Must be pure. */
  readonly decode?: LogDecoder<T>;
  readonly recordsPerFetch?: number;
  /** Address of another broker than the cluster's. */
  readonly broker?: string;
}
