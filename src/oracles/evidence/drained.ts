import type { LogicalGraph } from "../../runtime/graph/logical-graph.ts";
import type { Setting } from "../oracle.ts";
import { CheckpointRecord } from "./checkpoint-record.ts";
import { positionsOf } from "./epochs.ts";
import { logSourceOf } from "./log-output.ts";
import { owedCommits } from "./owed-commits.ts";
import { readHistory, workStates } from "./visible-output.ts";

/**
 * Whether a job that never ends has done all there is to do: its newest checkpoint holds the whole input, and all that
 * was prepared for it is committed. From then on its output is as complete as that of a job that has finished.
 *
 * Left out — sources that are no logs: nobody here knows how much there is to read, and such a job is never drained.
 */
export function isDrained(setting: Setting): boolean {
  const record = CheckpointRecord.of(setting);
  const newest = record.addressable.at(-1);
  const positions = positionsOf(record.completed).findLast(({ checkpoint }) => checkpoint === newest);
  if (positions === undefined) return false;
  const graph = setting.graph();
  const topics = topicsRead(graph);
  if (topics === undefined) return false;
  const history = readHistory(setting);
  // What stands there now: the tail of a topic may have been lost before anybody read it.
  const isRead = topics.every(topic =>
    (history.topics.get(topic) ?? []).every(
      (records, partition) => positions.next(`${topic}/${partition}`) > (records.at(-1)?.offset ?? -1),
    ),
  );
  return isRead && owedCommits(setting, workStates(graph, history, setting)).size === 0;
}

/** Undefined: something else is read, too. */
function topicsRead({ nodes }: LogicalGraph): readonly string[] | undefined {
  const topics: string[] = [];
  for (const node of nodes) {
    if (node.operator.kind !== "source") continue;
    const source = logSourceOf(node);
    if (source === undefined) return undefined;
    topics.push(source.topic);
  }
  return topics;
}
