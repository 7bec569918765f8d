import { Body } from "../../rpc/body.ts";
import { RpcFault } from "../../rpc/rpc-error.ts";
import type { RpcHandlers } from "../../rpc/rpc-server.ts";
import type { DeadlineClock } from "../deadline-clock.ts";
import type { WriteAheadLog } from "../write-ahead-log.ts";
import type { Isolation, TransactionName } from "./broker-client.ts";
import type { Appended, BrokerChange } from "./broker-change.ts";
import type { BrokerState } from "./broker-state.ts";
import type { FetchWaiters } from "./fetch-waiters.ts";
import { assertKept, assertPacked } from "./log-record.ts";
import type { PartitionLog } from "./partition-log.ts";
import { decideProduce } from "./produce-decision.ts";
import {
  decideAbort,
  decideCommit,
  decideInit,
  decidePrepare,
  decideTimeout,
  type BrokerMode,
  type Decision,
} from "./transaction-decision.ts";

/**
 * What the broker answers. It owns the form of requests and replies, and that nothing is said, read or fetched before
 * what it rests on is durable; the decisions are made in *-decision.ts.
 */
export function brokerHandlers(broker: Broker): RpcHandlers {
  const { state, log, mode } = broker;
  return {
    "broker.create-topic": request => createTopic(broker, new Body(request)),
    "broker.partitions": request => log.whenDurable({ partitions: topicOf(state, new Body(request)).length }),
    "broker.fetch": request => fetch(broker, new Body(request)),
    "broker.delete-records": request => {
      const { topic, partition, log: records } = placeOf(state, new Body(request));
      const startOffset = new Body(request).whole("beforeOffset");
      write(state, log, { kind: "trimmed", topic, partition, startOffset });
      return log.whenDurable({ startOffset: records.startOffset });
    },
    "broker.truncate": async request => {
      const { topic, partition, log: records } = placeOf(state, new Body(request));
      write(state, log, { kind: "truncated", topic, partition, endOffset: new Body(request).whole("endOffset") });
      const { endOffset } = records;
      await log.whenDurable(undefined);
      // Who has read what is lost, and waits for more, is told at once.
      broker.waiters.wake(records);
      return { endOffset };
    },
    "broker.end-offset": request => {
      const body = new Body(request);
      const partition = partitionOf(state, body);
      return log.whenDurable({ endOffset: partition.visibleEnd(isolationOf(body)), epoch: partition.epoch });
    },
    "broker.init-transactions": request => {
      const body = new Body(request);
      const init = {
        transactionalId: body.text("transactionalId"),
        timeoutMs: body.whole("timeoutMs", 1),
        keepPrepared: body.flag("keepPrepared"),
        fresh: body.optionalFlag("fresh") ?? false,
      };
      if (state.isFenced(init.transactionalId))
        throw new RpcFault("fenced", `${init.transactionalId} is of a generation that was fenced`);
      return decided(broker, init.transactionalId, decideInit(state, init));
    },
    "broker.fence-generations": request => {
      const body = new Body(request);
      const prefix = body.text("prefix");
      const below = body.whole("below");
      // All subtasks of a sink ask for the same fence.
      if (state.fencedBelow(prefix) < below) write(state, log, { kind: "generations-fenced", prefix, below });
      return log.whenDurable({ committed: lastCommitted(state, prefix), undecided: undecided(state, prefix) });
    },
    "broker.produce": request => produce(broker, readBatch(new Body(request))),
    "broker.prepare": request => {
      const name = readName(new Body(request));
      const { outcome, changes } = decidePrepare(state, name, mode);
      return decided(broker, name.transactionalId, { outcome: { outcome }, changes });
    },
    "broker.commit": request => {
      const name = readName(new Body(request));
      const { outcome, changes } = decideCommit(state, name);
      return decided(broker, name.transactionalId, { outcome: { outcome }, changes });
    },
    "broker.abort": request => {
      const name = readName(new Body(request));
      const { outcome, changes } = decideAbort(state, name);
      return decided(broker, name.transactionalId, { outcome: { outcome }, changes });
    },
    "broker.expire-transaction": request => {
      const transactionalId = new Body(request).text("transactionalId");
      const producer = state.producer(transactionalId);
      const changes = producer === undefined ? [] : decideTimeout(producer);
      return decided(broker, transactionalId, { outcome: { expired: changes.length > 0 }, changes });
    },
    "broker.list-transactions": request =>
      log.whenDurable({ transactions: undecided(state, new Body(request).text("prefix")) }),
  };
}

export interface Broker {
  readonly state: BrokerState;
  readonly log: WriteAheadLog;
  readonly waiters: FetchWaiters;
  /** By transactional id, for open transactions. */
  readonly timeouts: DeadlineClock;
  readonly mode: BrokerMode;
}

function createTopic({ state, log }: Broker, body: Body): unknown {
  const topic = body.text("topic");
  const partitions = body.whole("partitions", 1);
  const known = state.topics.get(topic);
  if (known === undefined) write(state, log, { kind: "topic-created", topic, partitions });
  else if (known.length !== partitions)
    throw new RpcFault("topic-exists", `${topic} has ${known.length} partitions, not ${partitions}`);
  return log.whenDurable(null);
}

async function fetch({ state, log, waiters }: Broker, body: Body): Promise<unknown> {
  const partition = partitionOf(state, body);
  const offset = body.whole("offset");
  const isolation = isolationOf(body);
  const recordsMax = body.whole("recordsMax", 1);
  const waitMsMax = body.whole("waitMsMax");
  const { epoch } = partition;
  const readUnder = body.optionalWhole("epoch") ?? epoch;
  checkOffset(partition, body, { offset, readUnder });
  const ready = (): boolean => partition.visibleEnd(isolation) > offset || partition.epoch > epoch;
  if (!ready() && waitMsMax > 0) {
    await waiters.wait(partition, waitMsMax, ready);
    checkOffset(partition, body, { offset, readUnder });
  }
  const { records, nextOffset } = partition.read(offset, recordsMax, isolation);
  const endOffset = partition.visibleEnd(isolation);
  return log.whenDurable({ records, nextOffset, endOffset, epoch: partition.epoch });
}

/** An offset that does not exist, or behind which others stand now than its reader has read, is never moved silently. */
function checkOffset(
  partition: PartitionLog,
  body: Body,
  { offset, readUnder }: { readonly offset: number; readonly readUnder: number },
): void {
  const name = (): string => `${body.text("topic")}/${body.whole("partition")}`;
  const kept = partition.unchangedSince(readUnder);
  const through = body.optionalWhole("through") ?? offset;
  if (through > kept) {
    throw new RpcFault(
      "log-truncated",
      `${name()} has lost its records from ${kept} on, and those up to ${through} were there`,
    );
  }
  if (offset < partition.startOffset || offset > partition.endOffset) {
    throw new RpcFault(
      "offset-out-of-range",
      `${name()}: there is no offset ${offset}, the log has ${partition.startOffset} to ${partition.endOffset}`,
    );
  }
}

async function produce(broker: Broker, batch: Appended): Promise<unknown> {
  const { state, log, waiters, timeouts } = broker;
  const decision = decideProduce(state, batch);
  if (decision !== "append") return log.whenDurable({ baseOffset: decision });
  const producer = batch.transactionalId === undefined ? undefined : state.producer(batch.transactionalId);
  if (producer !== undefined && producer.current === undefined)
    timeouts.set(producer.transactionalId, producer.timeoutMs);
  const baseOffset = state.append(batch);
  log.append(batch);
  await log.whenDurable(undefined);
  waiters.wake(state.partition(batch.topic, batch.partition)!);
  return { baseOffset };
}

/** Writes down what was decided about a transactional id, and answers when that is durable. */
async function decided<Outcome>(
  broker: Broker,
  transactionalId: string,
  decision: Decision<Outcome>,
): Promise<Outcome> {
  const { state, log, waiters, timeouts } = broker;
  const moved = [...(state.producer(transactionalId)?.current?.partitions ?? [])];
  for (const change of decision.changes) write(state, log, change);
  if (state.producer(transactionalId)?.current?.state !== "open") timeouts.clear(transactionalId);
  await log.whenDurable(undefined);
  if (decision.changes.length > 0) for (const partition of moved) waiters.wake(partition);
  return decision.outcome;
}

function write(state: BrokerState, log: WriteAheadLog, change: BrokerChange): void {
  state.apply(change);
  log.append(change);
}

function undecided(state: BrokerState, prefix: string): readonly unknown[] {
  const producers = [...state.producers.values()].filter(
    ({ transactionalId, current }) => current !== undefined && transactionalId.startsWith(prefix),
  );
  producers.sort((a, b) => (a.transactionalId < b.transactionalId ? -1 : 1));
  return producers.map(({ transactionalId, producerId, epoch, current }) => ({
    transactionalId,
    producerId,
    epoch,
    state: current!.state,
  }));
}

/** Of ids `${prefix}${generation}/${subtask}/…` the one that began last of all that are committed, for each of both. */
function lastCommitted(state: BrokerState, prefix: string): readonly string[] {
  const last = new Map<string, string>();
  for (const { transactionalId, outcomes } of state.producers.values()) {
    if (!transactionalId.startsWith(prefix) || ![...outcomes.values()].includes("committed")) continue;
    last.set(transactionalId.slice(0, transactionalId.lastIndexOf("/")), transactionalId);
  }
  return [...last.values()];
}

function topicOf(state: BrokerState, body: Body): readonly PartitionLog[] {
  const topic = body.text("topic");
  const partitions = state.topics.get(topic);
  if (partitions === undefined) throw new RpcFault("unknown-topic", `${topic} does not exist`);
  return partitions;
}

function partitionOf(state: BrokerState, body: Body): PartitionLog {
  const partition = topicOf(state, body)[body.whole("partition")];
  if (partition === undefined)
    throw new RpcFault("unknown-topic", `${body.text("topic")}/${body.whole("partition")} does not exist`);
  return partition;
}

function placeOf(
  state: BrokerState,
  body: Body,
): { readonly topic: string; readonly partition: number; readonly log: PartitionLog } {
  return { topic: body.text("topic"), partition: body.whole("partition"), log: partitionOf(state, body) };
}

function isolationOf(body: Body): Isolation {
  return body.oneOf("isolation", ["read-committed", "read-uncommitted"]);
}

function readName(body: Body): TransactionName {
  return {
    transactionalId: body.text("transactionalId"),
    producerId: body.whole("producerId"),
    epoch: body.whole("epoch"),
  };
}

function readBatch(body: Body): Appended {
  const transactionalId = body.optionalText("transactionalId");
  const records = body.list("records").map(packed => {
    assertPacked(packed);
    assertKept(packed);
    return packed;
  });
  return {
    kind: "appended",
    topic: body.text("topic"),
    partition: body.whole("partition"),
    producerId: body.whole("producerId", -1),
    epoch: body.whole("epoch"),
    sequence: body.whole("sequence"),
    ...(transactionalId === undefined ? {} : { transactionalId }),
    records,
  };
}
