import { RpcFault } from "../../rpc/rpc-error.ts";
import type { BrokerClient } from "../../services/log-broker/broker-client.ts";

/** The number of a topic's partitions; a topic that does not exist is created with as many as the sink has subtasks. */
export async function topicPartitions(broker: BrokerClient, topic: string, otherwise: number): Promise<number> {
  try {
    return await broker.partitions(topic);
  } catch (error) {
    if (!(error instanceof RpcFault && error.code === "unknown-topic")) throw error;
  }
  // Creating is idempotent: whichever subtask comes first decides, and all of them would decide alike.
  await broker.createTopic(topic, otherwise);
  return broker.partitions(topic);
}
