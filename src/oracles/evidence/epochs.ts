import type { CheckpointMetadata } from "../../runtime/checkpoint/metadata.ts";
import type { CompletedCheckpoint } from "./checkpoint-record.ts";

/**
 * What a checkpoint's metadata says of the outside: how far each split was read, and which work stands prepared.
 * It owns reading these out of the connectors' own data, which the runtime only carries.
 */

/** Split → position of the next record to read. A split that is absent had not been assigned, or had been finished. */
export function positionsIn(metadata: CheckpointMetadata): ReadonlyMap<string, number> {
  const positions = new Map<string, number>();
  for (const subtask of metadata.subtasks) {
    for (const { splits } of subtask.operators) {
      for (const split of splits ?? []) {
        const { topic, partition, position } = split as {
          readonly topic?: unknown;
          readonly partition?: unknown;
          readonly position?: unknown;
        };
        if (typeof topic === "string" && typeof partition === "number" && typeof position === "number") {
          positions.set(`${topic}/${partition}`, position);
        }
      }
    }
  }
  return positions;
}

/**
 * The positions of each completed checkpoint, oldest first. A split that an earlier one held and a later one does not, while
 * some subtask has finished, was read to its end; one that no earlier one held was not begun, where it is a log's.
 */
export function positionsOf(completed: readonly CompletedCheckpoint[]): readonly CheckpointPositions[] {
  const known = new Set<string>();
  return completed.flatMap(checkpoint => {
    const { metadata } = checkpoint;
    if (metadata === undefined) return [];
    const positions = new Map(positionsIn(metadata));
    const someFinished = metadata.subtasks.some(subtask => subtask.finished);
    if (someFinished) for (const split of known) if (!positions.has(split)) positions.set(split, Infinity);
    for (const split of positions.keys()) known.add(split);
    return [{ checkpoint, next: (split: string) => positions.get(split) ?? 0 }];
  });
}

export interface CheckpointPositions {
  readonly checkpoint: CompletedCheckpoint;
  next(split: string): number;
}

/** What stands among a checkpoint's committables, of this and of older epochs: transactions and part files, by name. */
export function preparedIn(metadata: CheckpointMetadata): readonly PreparedWork[] {
  const found: PreparedWork[] = [];
  for (const subtask of metadata.subtasks) {
    for (const { uid, committables } of subtask.operators) {
      for (const item of (committables ?? []).flatMap(({ items }) => items)) {
        const name =
          typeof item === "string" ? item : (item as { readonly transactionalId?: unknown } | null)?.transactionalId;
        if (typeof name === "string") found.push({ sink: uid, name });
      }
    }
  }
  return found;
}

export interface PreparedWork {
  readonly sink: string;
  /** The bundled sinks name each piece of work anew, for ever: a transactional id, the name of a part. */
  readonly name: string;
}
