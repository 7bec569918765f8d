import type { CheckpointMetadata } from "../../runtime/checkpoint/metadata.ts";
import type { LogicalNode } from "../../runtime/graph/logical-graph.ts";
import { BrokerLogReader, type BrokerHistory } from "../../services/log-broker/broker-log.ts";
import type { Setting } from "../oracle.ts";
import type { Emission } from "../reference/committed-pool.ts";
import { NotJudged } from "../reference/not-judged.ts";
import { preparedIn, type PreparedWork } from "./epochs.ts";
import { fileEmission, fileOutput, fileSinkOf, visibleParts } from "./file-output.ts";
import { jobStructure } from "./job-structure.ts";
import type { VisibleRecord } from "./visible-record.ts";
import { logEmission, logOutput, logSinkOf } from "./log-output.ts";

/**
 * What the sinks of a job have made visible, whatever they write to. It owns the choice among the connectors that are known
 * here; how each is read is in log-output.ts and file-output.ts.
 */
export type WorkState = "open" | "prepared" | "committed" | "aborted";

/** `besides`: parts that are taken for visible. */
export function visibleOutput(
  node: LogicalNode,
  history: BrokerHistory,
  setting: Setting,
  besides: ReadonlySet<string>,
): readonly VisibleRecord[] {
  const log = logSinkOf(node);
  if (log !== undefined) return logOutput(node, log, history);
  const file = fileSinkOf(node);
  if (file !== undefined) return fileOutput(node, file, setting, besides);
  throw new NotJudged(`what ${node.name} has written is not known here`);
}

export function emissionOf(node: LogicalNode, record: unknown): Emission {
  const log = logSinkOf(node);
  if (log !== undefined) return logEmission(node, log, record);
  if (fileSinkOf(node) !== undefined) return fileEmission(node, record);
  throw new NotJudged(`what ${node.name} writes is not known here`);
}

/** What the broker's durable log says now; good until it is asked for again. */
export function readHistory(setting: Setting): BrokerHistory {
  const { broker } = setting.roles;
  const reader = setting.evidence.of(BrokerLogReader, () => new BrokerLogReader(setting.folder(broker)));
  return reader.read(setting.durable(broker));
}

/** What the sinks of a checkpoint had prepared, of those sinks alone whose work has a state in {@link workStates}. */
export function preparedWork(metadata: CheckpointMetadata, setting: Setting): readonly PreparedWork[] {
  const known = setting.evidence.of(preparedWork, () => {
    const nodes = jobStructure(setting).nodes.filter(node => logSinkOf(node) !== undefined || isOnStorage(node));
    return new Set(nodes.map(({ uid }) => uid));
  });
  return preparedIn(metadata).filter(({ sink }) => known.has(sink));
}

function isOnStorage(node: LogicalNode): boolean {
  return fileSinkOf(node)?.path.startsWith("dfs://") === true;
}

/** Each transaction and visible part by its name. A part that is not visible is not named here. */
export function workStates(history: BrokerHistory, setting: Setting): ReadonlyMap<string, WorkState> {
  const states = new Map<string, WorkState>();
  for (const { kind, transactionalId } of history.transactions)
    states.set(transactionalId, kind === "begun" ? "open" : kind);
  for (const node of jobStructure(setting).nodes) {
    if (!isOnStorage(node)) continue;
    for (const name of visibleParts(fileSinkOf(node)!, setting)) states.set(name, "committed");
  }
  return states;
}
