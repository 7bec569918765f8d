import { RpcFault } from "../../rpc/rpc-error.ts";
import type { Appended } from "./broker-change.ts";
import type { BrokerState } from "./broker-state.ts";
import type { TransactionalProducer } from "./transaction.ts";

/**
 * Whether a batch may be appended: to be appended, or appended before (its base offset then), or refused with a
 * fault. KIP-98's rules: the producer's newest epoch alone may write, and sequences have no gap. And KIP-890's: an epoch
 * whose transaction was aborted writes no more. Its next batch would begin another one of the same name, which could
 * then be prepared and committed without the records that are gone.
 */
export function decideProduce(state: BrokerState, batch: Appended): "append" | number {
  const { topic, partition, producerId, transactionalId } = batch;
  const log = state.partition(topic, partition);
  if (log === undefined) throw new RpcFault("unknown-topic", `${topic}/${partition} does not exist`);
  if (batch.records.length === 0) throw new RpcFault("malformed", "records: at least one is wanted");
  if (producerId < 0) {
    if (transactionalId !== undefined) throw new RpcFault("malformed", "a transaction wants a producer");
    return "append";
  }
  const producer = transactionalId === undefined ? state.producerById(producerId) : state.producer(transactionalId);
  checkEpoch(producer, batch);
  if (transactionalId !== undefined && state.isFenced(transactionalId))
    throw new RpcFault("fenced", `${describe(batch)} is of a generation that was fenced`);
  const place = log.placeOf({ ...batch, count: batch.records.length });
  if (typeof place === "number") return place;
  if (place === "out-of-order") {
    throw new RpcFault(
      "out-of-order-sequence",
      `${describe(batch)}: sequence ${batch.sequence} leaves a gap or goes back`,
    );
  }
  if (
    transactionalId !== undefined &&
    producer?.current === undefined &&
    producer?.outcomes.get(batch.epoch) === "aborted"
  )
    throw new RpcFault("fenced", `${describe(batch)}: its transaction was aborted`);
  if (transactionalId !== undefined && producer?.current?.state === "prepared") {
    throw new RpcFault("transaction-prepared", `${describe(batch)}: the prepared transaction takes no more records`);
  }
  return "append";
}

function checkEpoch(producer: TransactionalProducer | undefined, batch: Appended): void {
  if (producer === undefined || producer.producerId !== batch.producerId || batch.epoch > producer.epoch) {
    throw new RpcFault("unknown-producer", `${describe(batch)} was never given out`);
  }
  if (batch.epoch < producer.epoch) {
    throw new RpcFault("fenced", `${describe(batch)} is fenced by epoch ${producer.epoch}`);
  }
}

function describe(batch: Appended): string {
  return `producer ${batch.producerId} (${batch.transactionalId ?? "no transactional id"}), epoch ${batch.epoch}`;
}
