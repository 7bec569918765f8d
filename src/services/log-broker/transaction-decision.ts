import type { AbortOutcome, BrokerCommitOutcome, PrepareOutcome, TransactionName } from "./broker-client.ts";
import type { BrokerChange } from "./broker-change.ts";
import type { BrokerState } from "./broker-state.ts";
import type { TransactionalProducer } from "./transaction.ts";

/**
 * What a prepare, a commit, an abort, a new epoch and a time-out do: the outcome to answer and the changes to write down
 * first. Pure. An answer about a decided transaction is the truth about it, however often and late it is asked;
 * `fenced` is said only of an epoch of which nothing was decided.
 */
export interface Decision<Outcome> {
  readonly outcome: Outcome;
  readonly changes: readonly BrokerChange[];
}

export function decidePrepare(state: BrokerState, name: TransactionName, mode: BrokerMode): Decision<PrepareOutcome> {
  const standing = standingOf(state, name);
  // Classic brokers know no prepare: the transaction stays open and can still time out.
  if (standing === "undecided" && state.isFenced(name.transactionalId)) {
    return done(state.producer(name.transactionalId)?.current?.state === "prepared" ? "prepared" : "fenced");
  }
  if (standing === "undecided") return { outcome: "prepared", changes: mode === "classic" ? [] : [prepared(name)] };
  // A late repetition: the promise was kept, and more.
  if (standing === "committed") return done("prepared");
  return done(standing === "nothing" ? "unknown-id" : standing);
}

export function decideCommit(state: BrokerState, name: TransactionName): Decision<BrokerCommitOutcome> {
  const standing = standingOf(state, name);
  if (standing === "undecided") return { outcome: "committed", changes: [ended(name, "committed")] };
  if (standing === "committed") return done("already-committed");
  return done(standing === "nothing" ? "unknown-id" : standing);
}

export function decideAbort(state: BrokerState, name: TransactionName): Decision<AbortOutcome> {
  const standing = standingOf(state, name);
  if (standing === "undecided") return { outcome: "aborted", changes: [ended(name, "aborted")] };
  if (standing === "committed") return done("already-committed");
  // Nothing was ever written under this epoch, so nothing of it is or becomes visible.
  return done(standing === "nothing" ? "aborted" : standing);
}

/**
 * The next epoch of a transactional id, or its first; `keepPrepared` leaves what is prepared to the new epoch. Of a `fresh`
 * id only the first is ever given: a repetition that comes late, when the transaction is prepared by then, ends nothing.
 */
export function decideInit(
  state: BrokerState,
  request: {
    readonly transactionalId: string;
    readonly timeoutMs: number;
    readonly keepPrepared: boolean;
    readonly fresh: boolean;
  },
): Decision<{ readonly producerId: number; readonly epoch: number; readonly prepared: boolean }> {
  const { transactionalId, timeoutMs, keepPrepared, fresh } = request;
  const producer = state.producer(transactionalId);
  if (fresh && producer !== undefined)
    return done({ producerId: producer.producerId, epoch: FIRST_EPOCH, prepared: false });
  const producerId = producer?.producerId ?? state.nextProducerId;
  const epoch = producer === undefined ? FIRST_EPOCH : producer.epoch + 1;
  const changes: BrokerChange[] = [];
  const prepared = keepPrepared && producer?.current?.state === "prepared";
  if (producer?.current !== undefined && !prepared) changes.push(ended(producer, "aborted"));
  changes.push({ kind: "epoch-begun", transactionalId, producerId, epoch, timeoutMs });
  return { outcome: { producerId, epoch, prepared }, changes };
}

/** An open transaction is aborted and its producer fenced; a prepared one stays. */
export function decideTimeout(producer: TransactionalProducer): readonly BrokerChange[] {
  if (producer.current?.state !== "open") return [];
  const { transactionalId, producerId, epoch, timeoutMs } = producer;
  return [
    ended(producer, "aborted"),
    { kind: "epoch-begun", transactionalId, producerId, epoch: epoch + 1, timeoutMs },
  ];
}

/** `durable-prepare`: KIP-939. `classic`: brokers before it. */
export type BrokerMode = "durable-prepare" | "classic";

const FIRST_EPOCH = 0;

type Standing =
  | "undecided"
  | "committed"
  | "aborted"
  /** The epoch is older than the producer's, and nothing of it was decided. */
  | "fenced"
  /** The epoch is the producer's, and it never wrote. */
  | "nothing"
  | "unknown-id";

function standingOf(state: BrokerState, name: TransactionName): Standing {
  const producer = state.named(name);
  if (producer === undefined) return "unknown-id";
  if (name.epoch === producer.epoch && producer.current !== undefined) return "undecided";
  return producer.outcomes.get(name.epoch) ?? (name.epoch < producer.epoch ? "fenced" : "nothing");
}

function done<Outcome>(outcome: Outcome): Decision<Outcome> {
  return { outcome, changes: [] };
}

function prepared(name: TransactionName): BrokerChange {
  return { kind: "prepared", transactionalId: name.transactionalId };
}

function ended(of: { readonly transactionalId: string }, outcome: "committed" | "aborted"): BrokerChange {
  return { kind: "ended", transactionalId: of.transactionalId, outcome };
}
