import { DiskError } from "../../host/disk.ts";
import { readFile } from "../../host/file.ts";
import type { Host } from "../../host/host.ts";
import { startRpcServer } from "../../rpc/rpc-server.ts";
import { DeadlineClock } from "../deadline-clock.ts";
import { readLog } from "../log-entry.ts";
import { untilDiskObeys, WriteAheadLog } from "../write-ahead-log.ts";
import type { BrokerChange } from "./broker-change.ts";
import { brokerHandlers } from "./broker-handlers.ts";
import { brokerLogPath, imageFolder } from "./broker-log.ts";
import { BrokerState } from "./broker-state.ts";
import { FetchWaiters } from "./fetch-waiters.ts";
import { decideTimeout, type BrokerMode } from "./transaction-decision.ts";

/**
 * The log broker: one process, one write-ahead log for all partitions and transactions, so that one sync covers whatever
 * came together and a recovery is one fold. It owns recovery and the time-outs of open transactions, by its own
 * monotonic clock; after a restart an open transaction has its full time again.
 */
export function logBrokerMain(
  host: Host,
  config: { readonly address: string; readonly dir: string; readonly mode?: BrokerMode },
): void {
  void serve(host, config.address, config.dir, config.mode ?? "durable-prepare");
}

async function serve(host: Host, address: string, dir: string, mode: BrokerMode): Promise<void> {
  const state = new BrokerState();
  for (const change of await untilDiskObeys(host, () => readImages(host, dir))) state.apply(change);
  const { log, records } = await untilDiskObeys(host, () => WriteAheadLog.open(host, brokerLogPath(dir)));
  for (const record of records) state.apply(record as BrokerChange);

  const commit = (changes: readonly BrokerChange[]): void => {
    for (const change of changes) {
      state.apply(change);
      log.append(change);
    }
  };
  const waiters = new FetchWaiters(host);
  const timeouts = new DeadlineClock(host, transactionalId => {
    const producer = state.producer(transactionalId);
    const partitions = [...(producer?.current?.partitions ?? [])];
    if (producer !== undefined) commit(decideTimeout(producer));
    void Promise.resolve(log.whenDurable(undefined)).then(() =>
      partitions.forEach(partition => waiters.wake(partition)),
    );
  });
  for (const { transactionalId, timeoutMs, current } of state.producers.values()) {
    if (current?.state === "open") timeouts.set(transactionalId, timeoutMs);
  }
  await startRpcServer(host, address, brokerHandlers({ state, log, waiters, timeouts, mode }));
}

async function readImages(host: Host, dir: string): Promise<readonly BrokerChange[]> {
  const changes: BrokerChange[] = [];
  for (const name of await imageNames(host, dir)) {
    const bytes = await readFile(host.disk, `${imageFolder(dir)}/${name}`);
    changes.push(...(readLog(bytes).records as readonly BrokerChange[]));
  }
  return changes;
}

async function imageNames(host: Host, dir: string): Promise<readonly string[]> {
  try {
    return await host.disk.readdir(imageFolder(dir));
  } catch (error) {
    if (error instanceof DiskError && error.code === "ENOENT") return [];
    throw error;
  }
}
