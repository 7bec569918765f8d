import { encodeEntry, readLog } from "../../services/log-entry.ts";
import type { BrokerChange } from "../../services/log-broker/broker-change.ts";
import {
  brokerLogPath,
  readBrokerLog,
  type BrokerHistory,
  type FileView,
} from "../../services/log-broker/broker-log.ts";
import type { Setting } from "../oracle.ts";
import { CheckpointRecord } from "./checkpoint-record.ts";
import { preparedWork, type WorkState } from "./visible-output.ts";

/**
 * What a job that ended before its time still owed its readers: sinks commit one by one, so that the work of a completed
 * checkpoint may be visible in part, and whoever restores it commits the rest. The output is legal if it is so with that
 * rest. Work that was aborted is not owed any more: its loss is told by SK-3.
 */
export function owedCommits(setting: Setting, work: ReadonlyMap<string, WorkState>): ReadonlySet<string> {
  const names = CheckpointRecord.of(setting).completed.flatMap(({ metadata }) =>
    metadata === undefined ? [] : preparedWork(metadata, setting).map(({ name }) => name),
  );
  return new Set(names.filter(name => (work.get(name) ?? "prepared") === "prepared"));
}

/** The broker's history as it is once these are committed. */
export function historyWith(
  owed: ReadonlySet<string>,
  before: BrokerHistory,
  view: FileView,
  folder: string,
): BrokerHistory {
  const last = new Map(before.transactions.map(({ transactionalId, kind }) => [transactionalId, kind]));
  const changes = [...owed].flatMap((transactionalId): BrokerChange[] =>
    last.get(transactionalId) === "prepared" ? [{ kind: "ended", transactionalId, outcome: "committed" }] : [],
  );
  const path = brokerLogPath(folder);
  const log = view.read(path);
  if (changes.length === 0 || log === undefined) return before;
  const { last: entry, end } = readLog(log);
  const added = encodeEntry((entry?.number ?? 0) + 1, changes);
  const longer = new Uint8Array(end + added.length);
  longer.set(log.subarray(0, end));
  longer.set(added, end);
  return readBrokerLog({ read: one => (one === path ? longer : view.read(one)), list: one => view.list(one) }, folder);
}
