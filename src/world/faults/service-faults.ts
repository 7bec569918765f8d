import type { Host } from "../../host/host.ts";
import { pause } from "../../host/pause.ts";
import { drawKey } from "../../kernel/random.ts";
import { rpcAddress } from "../../roles/role-table.ts";
import { RpcError, RpcFault } from "../../rpc/rpc-error.ts";
import { CoordinationClient } from "../../services/coordination/coordination-client.ts";
import { BrokerClient } from "../../services/log-broker/broker-client.ts";
import { faultName, numberOf, type Fault } from "../fault.ts";
import type { FaultDevice, Injected, Levers } from "./fault-device.ts";
import { Marks } from "./marks.ts";

/**
 * What an operator, or a service's own housekeeping, does to its users: records beyond retention, a log that lost its
 * tail, transactions and sessions that end before their time. Each is a request of an operator's program to the service.
 */
export const serviceFaults: readonly FaultDevice[] = [
  {
    kind: "broker.retention",
    sentence:
      "The broker drops all but the newest records of the input: an offset that is restored may not exist any more.",
    target: "broker",
    lasts: "for-good",
    params: { keep: { type: "integer", min: 0, max: 1_000_000, otherwise: 0 } },
    owes: "fail-loudly",
    law: "records beyond retention cannot be fetched, and the others can",
    inject: (levers, fault) =>
      atBroker(levers, fault, async (broker, changed) => {
        await eachPartition(levers, broker, async (topic, partition, endOffset) => {
          const startOffset = Math.max(0, endOffset - numberOf(fault, "keep", 0));
          await broker.deleteRecords(topic, partition, startOffset);
          if (startOffset > 0) changed(`${topic}/${partition} begins at ${startOffset}`);
        });
      }),
  },
  {
    kind: "broker.truncate",
    sentence: "The newest records of the input are lost, as by the election of a replica that lags behind.",
    target: "broker",
    lasts: "for-good",
    params: {
      drop: { type: "integer", min: 1, max: 1_000_000, otherwise: 10 },
      /** Others than those that were lost take their offsets, and more. */
      refill: { type: "integer", min: 0, max: 10_000, otherwise: 0 },
    },
    owes: "fail-loudly",
    law: "a truncated log has lost its tail, and a reader beyond it is told",
    inject: (levers, fault) =>
      atBroker(levers, fault, async (broker, changed) => {
        await eachPartition(levers, broker, async (topic, partition, endOffset) => {
          const left = await broker.truncate(topic, partition, Math.max(0, endOffset - numberOf(fault, "drop", 10)));
          if (left < endOffset) changed(`${topic}/${partition} ends at ${left}`);
          await refill(broker, topic, partition, { left, count: numberOf(fault, "refill", 0) });
        });
      }),
  },
  {
    kind: "broker.expire-transactions",
    sentence:
      "The transactions that are open, or the next ones that are, are aborted before their time; prepared ones are not.",
    target: "broker",
    lasts: "once",
    params: {},
    owes: "recover",
    law: "an expired transaction cannot be committed, and a prepared one does not expire",
    inject: (levers, fault) =>
      atBroker(levers, fault, async (broker, changed, host) => {
        // A transaction is open for the few moments between its first record and its preparation: the operator waits for one.
        for (let looks = 0; looks < 400; looks++) {
          const open = (await broker.listTransactions("")).filter(({ state }) => state === "open");
          for (const { transactionalId } of open) {
            if (await broker.expireTransaction(transactionalId)) changed(`aborted ${transactionalId}`);
          }
          if (open.length > 0) return;
          await pause(host, 2);
        }
      }),
  },
  {
    kind: "coord.expire-sessions",
    sentence: "Every session of the coordination service ends at once: leaders are none any more, and may not know it.",
    target: "coordination",
    lasts: "once",
    params: {},
    owes: "recover",
    law: "an expired session has lost its keys, and cannot be kept alive",
    inject: (levers, fault) =>
      operated(levers, fault, "coord", async (host, changed) => {
        const client = new CoordinationClient(host, { address: rpcAddress("coord"), rpcTimeoutMs: PATIENCE_MS });
        for (const session of await client.sessions()) {
          if (await client.closeSession(session)) changed(`closed ${session}`);
        }
      }),
  },
];

/** The service may be away: then the operator gives up. */
const PATIENCE_MS = 1_000;

type Changed = (what: string) => void;

function atBroker(
  levers: Levers,
  fault: Fault,
  act: (broker: BrokerClient, changed: Changed, host: Host) => Promise<void>,
): Injected {
  return operated(levers, fault, "broker", (host, changed) =>
    act(new BrokerClient(host, { address: rpcAddress("broker"), rpcTimeoutMs: PATIENCE_MS }), changed, host),
  );
}

async function eachPartition(
  { inputTopics }: Levers,
  broker: BrokerClient,
  act: (topic: string, partition: number, endOffset: number) => Promise<void>,
): Promise<void> {
  for (const topic of inputTopics) {
    const partitions = await broker.partitions(topic);
    for (let partition = 0; partition < partitions; partition++)
      await act(topic, partition, (await broker.endOffset(topic, partition, "read-uncommitted")).endOffset);
  }
}

/** Appends copies of the last record that is left: what an author's decoder knows. */
async function refill(
  broker: BrokerClient,
  topic: string,
  partition: number,
  { left, count }: { readonly left: number; readonly count: number },
): Promise<void> {
  if (count === 0 || left === 0) return;
  const isolation = "read-uncommitted";
  const { records } = await broker.fetch({
    topic,
    partition,
    offset: left - 1,
    recordsMax: 1,
    waitMsMax: 0,
    isolation,
  });
  const [last] = records;
  if (last === undefined) return;
  const copies = Array.from({ length: count }, () => last);
  await broker.produce({ topic, partition, producerId: -1, epoch: 0, sequence: 0, records: copies });
}

/** An operator's process on the service's own machine, so that no fault of the network keeps it out. */
function operated(
  levers: Levers,
  fault: Fault,
  service: string,
  act: (host: Host, changed: Changed) => Promise<void>,
): Injected {
  const changes = new Marks(() => levers.site.kernel.nowUs);
  levers.operate(`operator-${drawKey("operator", faultName(fault)).toString(36)}`, service, host => {
    act(host, what => changes.add(what)).then(
      () => host.exit(0),
      (error: unknown) => {
        if (!(error instanceof RpcError || error instanceof RpcFault)) throw error;
        host.exit(1);
      },
    );
  });
  return { effect: () => changes.effect() };
}
