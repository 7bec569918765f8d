/**
 * The kinds of messages that faults of single messages can name: the methods of the runtime and of the bundled services,
 * as their servers list them. Those of an author's own services are the author's to name. A test holds the list equal to what they answer.
 */
export const rpcMethods: readonly string[] = [
  "broker.abort",
  "broker.commit",
  "broker.create-topic",
  "broker.delete-records",
  "broker.end-offset",
  "broker.expire-transaction",
  "broker.fence-generations",
  "broker.fetch",
  "broker.init-transactions",
  "broker.list-transactions",
  "broker.partitions",
  "broker.prepare",
  "broker.produce",
  "broker.truncate",
  "checkpoint.abort",
  "checkpoint.acknowledge",
  "checkpoint.complete",
  "checkpoint.decline",
  "checkpoint.trigger",
  "coord.close-session",
  "coord.compare-and-set",
  "coord.get",
  "coord.keep-alive",
  "coord.list",
  "coord.list-sessions",
  "coord.open-session",
  "source.event",
  "store.find",
  "store.get",
  "store.inventory",
  "store.list",
  "store.put",
  "store.remove",
  "store.settle",
  "task.cancel",
  "task.deploy",
  "task.state",
  "worker.heartbeat",
  "worker.register",
];

/** Those that are sent without waiting for an answer: they have no reply that could be lost or late. */
export const oneWayMethods: readonly string[] = [
  "checkpoint.abort",
  "checkpoint.acknowledge",
  "checkpoint.complete",
  "checkpoint.decline",
  "store.settle",
  "task.state",
];

export const answeredMethods: readonly string[] = rpcMethods.filter(method => !oneWayMethods.includes(method));
