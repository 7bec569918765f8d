import type { CheckpointMetadata } from "../../runtime/checkpoint/metadata.ts";
import { acknowledgeCheckpoint, checkpointEnded } from "../../runtime/cluster/messages.ts";
import type { SubtaskSnapshot } from "../../runtime/task/task-contract.ts";
import type { Observation } from "../../sim/observation.ts";
import { CheckpointRecord, type CompletedCheckpoint } from "../evidence/checkpoint-record.ts";
import { attemptOf } from "../evidence/execution-name.ts";
import { jobVertices } from "../evidence/job-structure.ts";
import type { Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * CC-2: A checkpoint completes only if every subtask expected at its trigger acknowledged that id in that attempt, the
 * coordinators' own state is in, and the metadata is durable. It is complete exactly when the compare-and-set of its
 * pointer is applied: nobody is notified before.
 *
 * Reads: applied writes of the pointer, the metadata file from the storage nodes' durable bytes, acknowledgements that
 * the job manager was handed, notifications that workers were handed.
 *
 * A subtask that had finished was not asked: it stands there as the checkpoint before has it, when its input had ended.
 *
 * Left out — that nothing is discarded while the outcome is unknown: that is CC-8, which sees the deletion.
 */
export const completeMeansAcknowledged: Oracle = {
  id: "CC-2",
  sentence:
    "A checkpoint completes only if all acknowledged it in its attempt and its metadata is durable; nobody is notified before.",
  expectation: "always",
  wants: { disks: ["coord"], frames: ["checkpoint.acknowledge", "checkpoint.complete"] },
  begin: setting => new Completions(setting),
};

class Completions implements OracleFold {
  checked = 0;
  readonly #record: CheckpointRecord;
  readonly #setting: Setting;
  /** Checkpoint → subtask → attempts that acknowledged, with the paths of their files. Forgotten at its completion. */
  readonly #acknowledged = new Map<number, Map<string, string[]>>();

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#record = CheckpointRecord.of(setting);
  }

  on(observation: Observation): Violation | undefined {
    if (observation.kind === "frame") {
      if (observation.frame.type !== "request") return undefined;
      if (observation.frame.method === "checkpoint.complete")
        return this.#notified(observation.to, observation.frame.body());
      this.#acknowledge(observation.frame.body());
      return undefined;
    }
    for (const completed of this.#record.completedBy(observation)) {
      this.checked++;
      const violation = this.#judge(completed);
      if (violation !== undefined) return violation;
    }
    return undefined;
  }

  end(): readonly Violation[] {
    return [];
  }

  #acknowledge(body: unknown): void {
    const { checkpoint, execution, snapshot } = acknowledgeCheckpoint(body, "checkpoint.acknowledge");
    let subtasks = this.#acknowledged.get(checkpoint);
    if (subtasks === undefined) this.#acknowledged.set(checkpoint, (subtasks = new Map<string, string[]>()));
    const name = subtaskOf(snapshot);
    const said = subtasks.get(name);
    const what = acknowledgement(attemptOf(execution), snapshot);
    if (said === undefined) subtasks.set(name, [what]);
    else said.push(what);
  }

  #notified(worker: string, body: unknown): Violation | undefined {
    const { checkpoint } = checkpointEnded(body, "checkpoint.complete");
    this.checked++;
    if (this.#record.byId(checkpoint) !== undefined) return undefined;
    return broken("notify", `${worker} was told that checkpoint ${checkpoint} is complete, and no pointer names it`);
  }

  #judge({ id, metadata, storage, metadataFile }: CompletedCheckpoint): Violation | undefined {
    if (!this.#record.files.sees(storage)) return undefined;
    if (metadata === undefined)
      return broken("metadata", `checkpoint ${id} was completed and its metadata ${metadataFile.path} is not durable`);
    if (metadata.checkpoint !== id)
      return broken("metadata", `the pointer's checkpoint ${id} has the metadata of checkpoint ${metadata.checkpoint}`);
    for (const vertex of jobVertices(this.#setting)) {
      const shape = metadata.vertices.find(({ vertex: name }) => name === vertex.id);
      const there = metadata.subtasks.filter(({ vertex: name }) => name === vertex.id);
      const indices = new Set(there.map(({ subtask }) => subtask));
      if (shape === undefined || indices.size !== shape.parallelism || there.length !== shape.parallelism) {
        return broken(
          vertex.id,
          `checkpoint ${id} holds ${there.length} of the ${shape?.parallelism ?? vertex.parallelism} subtasks of ${vertex.id}`,
        );
      }
    }
    const acknowledged = this.#acknowledged.get(id);
    for (const older of this.#acknowledged.keys()) if (older <= id) this.#acknowledged.delete(older);
    const before = this.#record.completed.findLast(older => older.id < id)?.metadata;
    for (const snapshot of metadata.subtasks) {
      const said = acknowledged?.get(subtaskOf(snapshot)) ?? [];
      if (said.includes(acknowledgement(String(metadata.attempt), snapshot))) continue;
      if (snapshot.finished && before?.attempt === metadata.attempt && holdsAsFinished(before, snapshot)) continue;
      return {
        ...broken(
          snapshot.vertex,
          `checkpoint ${id} was completed without the acknowledgement of ${subtaskOf(snapshot)} in attempt ${metadata.attempt}`,
        ),
        actual: said.length === 0 ? "it has not acknowledged" : `it acknowledged: ${said.join(", ")}`,
      };
    }
    return undefined;
  }
}

function subtaskOf(snapshot: SubtaskSnapshot): string {
  return `${snapshot.vertex}[${snapshot.subtask}]`;
}

/** The files of a subtask never change after the end of its input. */
function holdsAsFinished(before: CheckpointMetadata, { vertex, subtask, files }: SubtaskSnapshot): boolean {
  return before.subtasks.some(
    older =>
      older.vertex === vertex &&
      older.subtask === subtask &&
      older.finished &&
      older.files.length === files.length &&
      older.files.every((file, i) => file.path === files[i]!.path),
  );
}

function acknowledgement(attempt: string, snapshot: SubtaskSnapshot): string {
  return `attempt ${attempt} with ${snapshot.files.map(file => file.path).join(" ") || "no file"}`;
}

function broken(where: string, message: string): Violation {
  return { claim: "CC-2", where, message };
}
