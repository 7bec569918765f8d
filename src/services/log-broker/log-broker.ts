import { DiskError } from "../../host/disk.ts";
import { readFile } from "../../host/file.ts";
import type { Host } from "../../host/host.ts";
import { startRpcServer } from "../../rpc/rpc-server.ts";
import { DeadlineClock } from "../deadline-clock.ts";
import { readFinishedLog } from "../log-entry.ts";
import { serveNothing, whileWhole } from "../log-witness.ts";
import { unlessUnreadable, WriteAheadLog } from "../write-ahead-log.ts";
import type { BrokerChange } from "./broker-change.ts";
import { brokerHandlers } from "./broker-handlers.ts";
import { brokerLogPath, imageFolder } from "./broker-log.ts";
import { BrokerState } from "./broker-state.ts";
import { FetchWaiters } from "./fetch-waiters.ts";
import { decideTimeout, type BrokerMode } from "./transaction-decision.ts";

/**
 * The log broker: one process, one write-ahead log for all partitions and transactions, so that one sync covers whatever
 * came together and a recovery is one fold. It owns recovery and the time-outs of open transactions, by its own
 * monotonic clock. A log that is gone or damaged, or lacks what a user has seen, is never gone on with. After a restart
 * an open transaction has its full time again.
 */
export function logBrokerMain(
  host: Host,
  config: { readonly address: string; readonly dir: string; readonly mode?: BrokerMode },
): void {
  void serve(host, config.address, config.dir, config.mode ?? "durable-prepare");
}

async function serve(host: Host, address: string, dir: string, mode: BrokerMode): Promise<void> {
  const state = new BrokerState();
  const images = await unlessUnreadable(host, imageFolder(dir), () => readImages(host, dir));
  if (typeof images === "string") return serveNothing(host, address, images);
  if (images.damage !== undefined) return serveNothing(host, address, images.damage);
  for (const change of images.changes) state.apply(change);
  const path = brokerLogPath(dir);
  const opened = await unlessUnreadable(host, path, () => WriteAheadLog.open(host, path));
  if (typeof opened === "string") return serveNothing(host, address, opened);
  const { log, records } = opened;
  for (const record of records) state.apply(record as BrokerChange);
  if (state.lost !== undefined) return serveNothing(host, address, state.lost);

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
  const noted = (cause: string): void => commit([{ kind: "data-lost", cause }]);
  const handlers = brokerHandlers({ state, log, waiters, timeouts, mode });
  await startRpcServer(host, address, whileWhole(host, log, noted, handlers));
}

async function readImages(
  host: Host,
  dir: string,
): Promise<{ readonly changes: readonly BrokerChange[]; readonly damage: string | undefined }> {
  const changes: BrokerChange[] = [];
  let damage: string | undefined;
  for (const name of await imageNames(host, dir)) {
    const image = readFinishedLog(await readFile(host.disk, `${imageFolder(dir)}/${name}`));
    changes.push(...(image.records as readonly BrokerChange[]));
    if (image.damage !== undefined) damage ??= `${name}: ${image.damage}`;
  }
  return { changes, damage };
}

async function imageNames(host: Host, dir: string): Promise<readonly string[]> {
  try {
    return await host.disk.readdir(imageFolder(dir));
  } catch (error) {
    if (error instanceof DiskError && error.code === "ENOENT") return [];
    throw error;
  }
}
