import type { FileSink } from "../../runtime/connectors/file-sink.ts";
import type { LogicalNode } from "../../runtime/graph/logical-graph.ts";
import { decodeReplica, replicaPath } from "../../services/file-store/stored-replica.ts";
import type { Setting } from "../oracle.ts";
import type { Emission, OriginOfRecord } from "../reference/committed-pool.ts";
import { NotJudged } from "../reference/not-judged.ts";
import { imageOf } from "../reference/plain-value.ts";
import { OutputBeforeLoss } from "./output-before-loss.ts";
import type { VisibleRecord } from "./visible-record.ts";

/**
 * The file sink as the reference sees it: which parts are visible on the replicated store, what stands in them, and what it
 * makes of a record. It reads the storage nodes' durable bytes and runs nothing of the connector.
 *
 * A part is visible when its marker is there. Sorted by name, parts keep each key's order, so that all of them are one lane.
 */
export function fileSinkOf(node: LogicalNode): FileSink<unknown> | undefined {
  if (node.operator.kind !== "sink" || !node.operator.sink.kind.startsWith("file/")) return undefined;
  return node.operator.sink as FileSink<unknown>;
}

/** Names of the visible parts, sorted. */
export function visibleParts(sink: FileSink<unknown>, setting: Setting): readonly string[] {
  const folder = replicaPath("", `${folderOf(sink)}/committed/`);
  const names = new Set<string>();
  for (const role of setting.roles.storage) {
    const prefix = `${setting.folder(role)}${folder}`;
    const slash = prefix.lastIndexOf("/");
    for (const path of setting.durable(role).list(prefix.slice(0, slash))) {
      if (path.startsWith(prefix)) names.add(decodeURIComponent(path.slice(prefix.length)));
    }
  }
  const lost = OutputBeforeLoss.of(setting)?.published.keys() ?? [];
  const marker = `${folderOf(sink)}/committed/`;
  for (const path of lost) if (path.startsWith(marker)) names.add(path.slice(marker.length));
  return [...names].sort();
}

export function fileOutput(
  node: LogicalNode,
  sink: FileSink<unknown>,
  setting: Setting,
  besides: ReadonlySet<string>,
): readonly VisibleRecord[] {
  // The names of other sinks' work are no parts of this one.
  const names = [...new Set([...visibleParts(sink, setting), ...besides])].sort();
  const lines = names.flatMap(name => partLines(sink, name, setting).map(line => ({ name, line })));
  return lines.map(({ name, line }, place): VisibleRecord => {
    const { value, origin } = recordOf(line, sink.path);
    const image = imageOf(value);
    return { ...origin, sink: node.uid, lane: sink.path, place, image, show: () => image, work: name };
  });
}

export function fileEmission(node: LogicalNode, record: unknown): Emission {
  // What JSON keeps of it is what a reader of the file can see.
  const image = imageOf(JSON.parse(JSON.stringify(record)));
  return { sink: node.uid, image, show: () => image };
}

function partLines(sink: FileSink<unknown>, name: string, setting: Setting): readonly string[] {
  const path = `${folderOf(sink)}/parts/${name}`;
  for (const role of setting.roles.storage) {
    const bytes = setting.durable(role).read(replicaPath(setting.folder(role), path));
    const contents = bytes === undefined ? undefined : decodeReplica(path, bytes);
    if (contents !== undefined) return linesOf(contents);
  }
  const lost = OutputBeforeLoss.of(setting)?.published.get(path);
  return lost === undefined ? [] : linesOf(lost);
}

function linesOf(contents: Uint8Array): readonly string[] {
  return new TextDecoder().decode(contents).split("\n").slice(0, -1);
}

function recordOf(line: string, folder: string): { readonly value: unknown; readonly origin: OriginOfRecord } {
  const { value, origin } = JSON.parse(line) as { readonly value?: unknown; readonly origin?: Partial<OriginOfRecord> };
  if (typeof origin?.split !== "string" || typeof origin.position !== "number") {
    throw new NotJudged(
      `records in ${folder} do not say where they come from: use jsonLines({ origin: true }); those of timers come from none`,
    );
  }
  return { value, origin: { split: origin.split, position: origin.position } };
}

function folderOf(sink: FileSink<unknown>): string {
  if (!sink.path.startsWith("dfs://")) throw new NotJudged(`${sink.path} is on no storage node`);
  return sink.path.slice("dfs://".length);
}
