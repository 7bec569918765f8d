import { decode, encode } from "../../rpc/codec.ts";
import type { StoredFile, SubtaskSnapshot } from "../task/task-contract.ts";
import { anything, flag, integer, listOf, MalformedData, optional, record, text, type Check } from "./plain-data.ts";

/**
 * The metadata file of a checkpoint: all that a restore needs besides the state files that it names. It owns the file's
 * format; where it lies and when it counts is checkpoint-store.ts. It is a pure reader for oracles and offline tools too.
 *
 * Format: four bytes `MRCP`, one byte version, then the codec's body. Length and checksum stand in the pointer.
 */
export interface CheckpointMetadata {
  readonly job: string;
  readonly checkpoint: number;
  /** Fencing token of the leader that triggered it. */
  readonly leader: number;
  /** Execution attempt of the subtasks that took it. */
  readonly attempt: number;
  readonly triggeredAtMs: number;
  readonly vertices: readonly VertexShape[];
  /** One per subtask of every vertex, finished ones included. */
  readonly subtasks: readonly SubtaskSnapshot[];
  readonly enumerators: readonly EnumeratorSnapshot[];
}

export interface VertexShape {
  readonly vertex: string;
  readonly parallelism: number;
  readonly maxParallelism: number;
}

/** The state of one source's enumerator, taken before any reader's snapshot. */
export interface EnumeratorSnapshot {
  readonly uid: string;
  readonly state: unknown;
}

export const storedFile: Check<StoredFile> = record<StoredFile>({ path: text, length: integer, crc32c: integer });

export const subtaskSnapshot: Check<SubtaskSnapshot> = record<SubtaskSnapshot>({
  vertex: text,
  subtask: integer,
  parallelism: integer,
  files: listOf(storedFile),
  operators: listOf(
    record<SubtaskSnapshot["operators"][number]>({
      uid: text,
      splits: optional(listOf(anything)),
      committables: optional(
        listOf(
          record<{ checkpoint: number; items: readonly unknown[] }>({ checkpoint: integer, items: listOf(anything) }),
        ),
      ),
      keyGroups: optional(
        listOf(
          record<{ group: number; file: number; offset: number; length: number }>({
            group: integer,
            file: integer,
            offset: integer,
            length: integer,
          }),
        ),
      ),
    }),
  ),
  finished: flag,
});

const metadata: Check<CheckpointMetadata> = record<CheckpointMetadata>({
  job: text,
  checkpoint: integer,
  leader: integer,
  attempt: integer,
  triggeredAtMs: integer,
  vertices: listOf(record<VertexShape>({ vertex: text, parallelism: integer, maxParallelism: integer })),
  subtasks: listOf(subtaskSnapshot),
  enumerators: listOf(record<EnumeratorSnapshot>({ uid: text, state: optional(anything) })),
});

export function writeMetadata(value: CheckpointMetadata): Uint8Array {
  const body = encode(value);
  const bytes = new Uint8Array(HEADER.length + body.length);
  bytes.set(HEADER);
  bytes.set(body, HEADER.length);
  return bytes;
}

/** Throws {@link MalformedData} for anything that is not a metadata file of this version. */
export function readMetadata(bytes: Uint8Array): CheckpointMetadata {
  if (bytes.length < HEADER.length || HEADER.some((byte, i) => bytes[i] !== byte)) {
    throw new MalformedData("metadata", "a checkpoint metadata file of version 1", `${bytes.length} bytes`);
  }
  return metadata(decode(bytes.subarray(HEADER.length)), "metadata");
}

/** Every file on storage that the checkpoint needs, without the metadata file itself. */
export function filesOf(value: CheckpointMetadata): StoredFile[] {
  return value.subtasks.flatMap(subtask => subtask.files);
}

/** `MRCP`, version 1. */
const HEADER = Uint8Array.of(0x4d, 0x52, 0x43, 0x50, 1);
