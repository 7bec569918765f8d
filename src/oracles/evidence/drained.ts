import type { LogicalGraph } from "../../runtime/graph/logical-graph.ts";
import { readBrokerLog, type BrokerHistory } from "../../services/log-broker/broker-log.ts";
import type { Setting } from "../oracle.ts";
import { CheckpointRecord } from "./checkpoint-record.ts";
import { positionsOf, type CheckpointPositions } from "./epochs.ts";
import { jobStructure } from "./job-structure.ts";
import { logSourceOf } from "./log-output.ts";
import { OutputBeforeLoss } from "./output-before-loss.ts";
import { owedCommits } from "./owed-commits.ts";
import { readHistory, workStates } from "./visible-output.ts";

/**
 * When a job that never ends has done all there is to do: its newest checkpoint holds the whole input, and all that was
 * prepared for it is committed. From then on its output is as complete as that of a job that has finished.
 *
 * Input that was cut off before anybody read it is missed by nobody, as with any log; who had read it is told, and fails. So
 * what such a job has read is what stands there, as far as its newest checkpoint holds it.
 *
 * Left out — sources that are no logs: nobody here knows how much there is to read, and such a job is never drained.
 */
export function isDrained(setting: Setting): boolean {
  const positions = newestPositions(setting);
  if (positions === undefined) return false;
  const graph = jobStructure(setting);
  const topics = topicsRead(graph);
  if (topics === undefined) return false;
  const history = historyNow(setting);
  const { standing } = history;
  const isRead = topics.every(topic =>
    (standing.get(topic) ?? []).every((records, partition) => {
      const next = positions.next(`${topic}/${partition}`);
      // Who has read on beyond the end has read what is lost, and is about to be told.
      return next === Infinity || next === (records.at(-1)?.offset ?? -1) + 1;
    }),
  );
  return isRead && owedCommits(setting, workStates(history, setting)).size === 0;
}

/** How far the newest checkpoint has read. */
export function newestPositions(setting: Setting): CheckpointPositions | undefined {
  const { addressable, completed } = CheckpointRecord.of(setting);
  const newest = addressable.at(-1);
  return positionsOf(completed).findLast(({ checkpoint }) => checkpoint === newest);
}

/** Where more is damaged than can be borne, what the broker itself goes by: its disk may not say it any more. */
function historyNow(setting: Setting): BrokerHistory {
  const kept = OutputBeforeLoss.of(setting);
  return kept === undefined
    ? readHistory(setting)
    : readBrokerLog(kept.brokerNow, setting.folder(setting.roles.broker));
}

/** Undefined: something else is read, too. */
function topicsRead({ nodes }: LogicalGraph): readonly string[] | undefined {
  const sources = nodes.filter(({ operator }) => operator.kind === "source").map(logSourceOf);
  return sources.every(source => source !== undefined) ? sources.map(({ topic }) => topic) : undefined;
}
