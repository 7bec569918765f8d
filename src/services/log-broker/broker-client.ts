import type { Host } from "../../host/host.ts";
import { Body } from "../../rpc/body.ts";
import { RpcClient } from "../../rpc/rpc-client.ts";
import { LogWitness } from "../log-witness.ts";
import { SilenceAlarm } from "../silence-alarm.ts";
import type { LogPosition } from "../write-ahead-log.ts";
import { packRecord, unpackFetched, type FetchedRecord, type NewRecord } from "./log-record.ts";

/**
 * The log broker as its users see it: topics of partitions, idempotent and transactional producers, read-committed
 * fetches. The words are Kafka's (KIP-98), with the durable prepare of KIP-939.
 *
 * Nothing is retried here. A produce whose outcome is unknown may be repeated as it is: the broker knows it by
 * (producer, epoch, partition, sequence). Prepare, commit and abort may be repeated as they are, too.
 * A fenced producer's calls reject with the RpcFault `fenced`, where no outcome says so.
 */
export class BrokerClient {
  readonly #rpc: RpcClient;
  readonly #address: string;
  readonly #timeoutMs: number;
  readonly #witness = new LogWitness();

  constructor(host: Host, options: { readonly address: string; readonly rpcTimeoutMs: number }) {
    this.#rpc = new RpcClient(host, { timeoutMs: options.rpcTimeoutMs, watch: new SilenceAlarm(host) });
    this.#address = options.address;
    this.#timeoutMs = options.rpcTimeoutMs;
  }

  /** How far the broker's log was at its last answer. A broker that has lost what stood there says `data-lost`. */
  get seen(): LogPosition | undefined {
    return this.#witness.seen;
  }

  /** An earlier client had seen the log so far. */
  remember(seen: LogPosition): void {
    this.#witness.remember(seen);
  }

  /** Idempotent; a topic that exists with another number of partitions rejects with the fault `topic-exists`. */
  async createTopic(topic: string, partitions: number): Promise<void> {
    await this.#call("broker.create-topic", { topic, partitions });
  }

  /** Rejects with the fault `unknown-topic`. */
  async partitions(topic: string): Promise<number> {
    return (await this.#call("broker.partitions", { topic })).whole("partitions");
  }

  /**
   * Records from `offset` on: one, or as many as one answer holds. With nothing there it waits up to `waitMsMax` for
   * something. An offset beyond the log's ends rejects with the fault `offset-out-of-range`; it is never moved silently.
   * One behind which the log was truncated since `epoch` rejects with `log-truncated`, whatever was appended there instead.
   */
  async fetch(request: FetchRequest): Promise<Fetched> {
    const timeoutMs = this.#timeoutMs + request.waitMsMax;
    const reply = await this.#call("broker.fetch", request, { timeoutMs });
    return {
      records: reply.list("records").map(unpackFetched),
      nextOffset: reply.whole("nextOffset"),
      endOffset: reply.whole("endOffset"),
      epoch: reply.whole("epoch"),
    };
  }

  /** The last stable offset for read-committed, the end of the log otherwise. */
  async endOffset(topic: string, partition: number, isolation: Isolation): Promise<LogEnd> {
    const reply = await this.#call("broker.end-offset", { topic, partition, isolation });
    return { endOffset: reply.whole("endOffset"), epoch: reply.whole("epoch") };
  }

  /**
   * A new epoch for this transactional id: older epochs are fenced and what they left open is aborted; what they
   * prepared stays when `keepPrepared`, and is then committed or aborted under the new epoch.
   *
   * With `fresh` the id must be one that its owner uses for one transaction: each repetition of the request is answered as
   * the first, so that it may be asked until it is answered. (Kafka tells a repetition by the epoch that its sender
   * expects, KIP-360.)
   */
  async initTransactions(request: {
    readonly transactionalId: string;
    /** An open transaction is aborted when it is this old; a prepared one never is. */
    readonly timeoutMs: number;
    readonly keepPrepared: boolean;
    readonly fresh?: true;
  }): Promise<{ readonly producerId: number; readonly epoch: number; readonly prepared: boolean }> {
    const reply = await this.#call("broker.init-transactions", request);
    return { producerId: reply.whole("producerId"), epoch: reply.whole("epoch"), prepared: reply.flag("prepared") };
  }

  /**
   * Ids `${prefix}${generation}/…` of generations below this one get the fault `fenced` for a new epoch, a batch or a
   * prepare from now on, those that nobody has used yet included: a producer that was thought dead can leave nothing
   * behind. Commits and aborts of what was prepared before are as ever. Kafka knows no such fence; there an id that is
   * prepared late lingers, and hides all that was committed behind it (KIP-939).
   *
   * Returns what the fence has found under the prefix: which transactions are committed (of each generation and subtask
   * the one that began last) and which are undecided, as `listTransactions` does.
   */
  async fenceGenerations(prefix: string, below: number): Promise<FencedTransactions> {
    const reply = await this.#call("broker.fence-generations", { prefix, below });
    const committed = reply.list("committed").map(id => new Body({ id }).text("id"));
    return { committed, undecided: reply.list("undecided").map(readUndecided) };
  }

  /**
   * Appends records to one partition; within a transaction when a transactional id is given, which begins with its
   * first produce. `sequence` numbers the records of (producer, epoch, partition) from 0. Without a producer
   * (`producerId: -1`) nothing is de-duplicated. Records of one request have to fit in one message (64 MiB).
   * Faults: `fenced`, `unknown-producer`, `out-of-order-sequence`, `transaction-prepared`, `unknown-topic`,
   * `record-too-large`.
   */
  async produce(request: ProduceRequest): Promise<{ readonly baseOffset: number }> {
    const reply = await this.#call("broker.produce", { ...request, records: request.records.map(packRecord) });
    return { baseOffset: reply.whole("baseOffset") };
  }

  /** After `prepared` the transaction survives everything but a commit or an abort. */
  async prepare(transaction: TransactionName): Promise<PrepareOutcome> {
    return (await this.#call("broker.prepare", transaction)).oneOf("outcome", prepareOutcomes);
  }

  async commit(transaction: TransactionName): Promise<BrokerCommitOutcome> {
    return (await this.#call("broker.commit", transaction)).oneOf("outcome", commitOutcomes);
  }

  async abort(transaction: TransactionName): Promise<AbortOutcome> {
    return (await this.#call("broker.abort", transaction)).oneOf("outcome", abortOutcomes);
  }

  /** Undecided transactions whose transactional id begins with `prefix`, in order of their ids' code units. */
  async listTransactions(prefix: string): Promise<UndecidedTransaction[]> {
    return (await this.#call("broker.list-transactions", { prefix })).list("transactions").map(readUndecided);
  }

  /** For operators: the transaction ends as if its time were over. False: none is open, or it is prepared. */
  async expireTransaction(transactionalId: string): Promise<boolean> {
    return (await this.#call("broker.expire-transaction", { transactionalId })).flag("expired");
  }

  /** For operators: records before this offset are no longer served. The first offset that still is. */
  async deleteRecords(topic: string, partition: number, beforeOffset: number): Promise<number> {
    return (await this.#call("broker.delete-records", { topic, partition, beforeOffset })).whole("startOffset");
  }

  /** For operators: what an election of a replica that lags leaves of the log. Its end from now on. */
  async truncate(topic: string, partition: number, endOffset: number): Promise<number> {
    return (await this.#call("broker.truncate", { topic, partition, endOffset })).whole("endOffset");
  }

  close(): void {
    this.#rpc.close();
  }

  async #call(method: string, body: object, options?: { readonly timeoutMs: number }): Promise<Body> {
    return this.#witness.hears(await this.#rpc.call(this.#address, method, this.#witness.asks(body), options));
  }
}

export type Isolation = "read-committed" | "read-uncommitted";

export interface LogEnd {
  readonly endOffset: number;
  readonly epoch: number;
}

export interface FetchRequest {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly recordsMax: number;
  readonly waitMsMax: number;
  readonly isolation: Isolation;
  /** Of the last answer, if what lies before `offset` was read. */
  readonly epoch?: number;
  /** What lies before this offset was there in that epoch, read or not; `offset` when absent. */
  readonly through?: number;
}

export interface Fetched {
  readonly records: FetchedRecord[];
  /** Where to fetch next: behind aborted records and markers too, which take offsets and are never delivered. */
  readonly nextOffset: number;
  readonly endOffset: number;
  /** Grows whenever the log loses its tail. */
  readonly epoch: number;
}

export interface ProduceRequest {
  readonly topic: string;
  readonly partition: number;
  readonly producerId: number;
  readonly epoch: number;
  readonly sequence: number;
  readonly transactionalId?: string;
  readonly records: readonly NewRecord[];
}

/** Names one transaction: there is at most one at a time per transactional id and epoch. */
export interface TransactionName {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly epoch: number;
}

export interface UndecidedTransaction extends TransactionName {
  readonly state: "open" | "prepared";
}

export interface FencedTransactions {
  readonly committed: readonly string[];
  readonly undecided: readonly UndecidedTransaction[];
}

function readUndecided(item: unknown): UndecidedTransaction {
  const body = new Body(item);
  return {
    transactionalId: body.text("transactionalId"),
    producerId: body.whole("producerId"),
    epoch: body.whole("epoch"),
    state: body.oneOf("state", ["open", "prepared"]),
  };
}

const prepareOutcomes = ["prepared", "aborted", "fenced", "unknown-id"] as const;
const commitOutcomes = ["committed", "already-committed", "aborted", "unknown-id", "fenced"] as const;
const abortOutcomes = ["aborted", "already-committed", "unknown-id", "fenced"] as const;
export type PrepareOutcome = (typeof prepareOutcomes)[number];
export type BrokerCommitOutcome = (typeof commitOutcomes)[number];
export type AbortOutcome = (typeof abortOutcomes)[number];
