import {
  countersKey,
  countersRecord,
  jobKey,
  jobRecord,
  leaderKey,
  leaderRecord,
  pointerKey,
  pointerRecord,
  type JobState,
  type PointedCheckpoint,
} from "../../runtime/checkpoint/coordination-keys.ts";
import { readMetadata, type CheckpointMetadata } from "../../runtime/checkpoint/metadata.ts";
import type { CoordinationChange } from "../../services/coordination/coordination-log.ts";
import type { Observation } from "../../sim/observation.ts";
import type { Setting } from "../oracle.ts";
import { AppliedChanges } from "./applied-changes.ts";
import { StoredFiles } from "./stored-files.ts";

/**
 * What the durable log of the coordination service says of the job: who led, which checkpoints were completed, which are
 * addressable, what became of it. It owns the reading; each claim judges for itself.
 *
 * One record serves all oracles of a run: whoever shows it an observation first moves it, the others are given the same
 * steps again.
 */
export class CheckpointRecord {
  static of(setting: Setting): CheckpointRecord {
    return setting.evidence.of(CheckpointRecord, () => new CheckpointRecord(setting));
  }

  readonly files: StoredFiles;
  /** In the order of their completion; never forgotten, a run has few. */
  readonly completed: CompletedCheckpoint[] = [];
  /** Addressable now, oldest first. */
  addressable: readonly CompletedCheckpoint[] = [];
  /** Fencing token of the leader, 0 while there is none. */
  leader = 0;
  /** The newest attempt that was taken. */
  attempts = 0;
  jobState: JobState | undefined;
  #leaderRole: string | undefined;
  readonly #job: string;
  readonly #changes: AppliedChanges;
  #lastSeen: Observation | undefined;
  #lastSteps: readonly RecordStep[] = [];

  constructor(setting: Setting) {
    this.#job = setting.job;
    this.#changes = new AppliedChanges(setting);
    this.files = new StoredFiles(setting);
  }

  /** What the observation changed. Observations of other kinds change nothing. */
  see(observation: Observation): readonly RecordStep[] {
    if (observation.kind !== "disk") return [];
    if (observation === this.#lastSeen) return this.#lastSteps;
    this.#lastSeen = observation;
    const changes = this.#changes.see(observation);
    this.#lastSteps =
      changes.length === 0 ? [] : changes.flatMap(change => this.#apply(change, observation.atUs) ?? []);
    return this.#lastSteps;
  }

  /** The checkpoints that the observation has completed. */
  completedBy(observation: Observation): readonly CompletedCheckpoint[] {
    const steps = this.see(observation);
    return steps.length === 0 ? none : steps.flatMap(step => (step.kind === "pointer" ? step.added : none));
  }

  byId(checkpoint: number): CompletedCheckpoint | undefined {
    return this.completed.findLast(completed => completed.id === checkpoint);
  }

  #apply(change: CoordinationChange, atUs: number): RecordStep | undefined {
    if (change.kind !== "set" && change.kind !== "removed") return undefined;
    const value = change.kind === "set" ? change.value : undefined;
    switch (change.key) {
      case leaderKey:
        return this.#lead(value, change.revision);
      case jobKey(this.#job):
        return this.#become(value);
      case countersKey(this.#job):
        return value === undefined ? undefined : this.#count(value);
      case pointerKey(this.#job):
        return this.#point(value, atUs);
      default:
        return undefined;
    }
  }

  #lead(value: unknown, revision: number): RecordStep {
    const before = this.#leaderRole;
    this.leader = value === undefined ? 0 : revision;
    this.#leaderRole = value === undefined ? undefined : leaderRecord(value, leaderKey).role;
    return { kind: "leader", leader: this.leader, before, role: this.#leaderRole };
  }

  #count(value: unknown): RecordStep {
    const { leader: writer, attempts } = countersRecord(value, "counters");
    this.attempts = attempts;
    return { kind: "counters", leader: this.leader, writer, attempts };
  }

  #become(value: unknown): RecordStep {
    const job = value === undefined ? undefined : jobRecord(value, "job");
    this.jobState = job?.state;
    return { kind: "job", leader: this.leader, writer: job?.leader };
  }

  #point(value: unknown, atUs: number): RecordStep {
    const before = this.addressable;
    if (value === undefined) {
      this.addressable = [];
      return this.#pointed(before, [], undefined);
    }
    const pointer = pointerRecord(value, "pointer");
    const added: CompletedCheckpoint[] = [];
    this.addressable = pointer.completed.map(pointed => {
      const known = before.find(
        ({ id, metadataFile }) => id === pointed.checkpoint && metadataFile.path === pointed.metadata.path,
      );
      if (known !== undefined) return known;
      const completed = this.#complete(pointed, pointer.storage, atUs);
      added.push(completed);
      return completed;
    });
    this.completed.push(...added);
    return this.#pointed(before, added, pointer.leader);
  }

  #pointed(
    before: readonly CompletedCheckpoint[],
    added: readonly CompletedCheckpoint[],
    writer: number | undefined,
  ): PointerStep {
    const { leader, jobState, addressable: now } = this;
    return { kind: "pointer", leader, writer, before, now, added, jobState };
  }

  #complete(pointed: PointedCheckpoint, storage: string, completedAtUs: number): CompletedCheckpoint {
    const bytes = this.files.durable(storage, pointed.metadata);
    const metadata = bytes.kind === "whole" ? readMetadata(bytes.contents) : undefined;
    return { id: pointed.checkpoint, storage, metadataFile: pointed.metadata, metadata, completedAtUs };
  }
}

export interface CompletedCheckpoint {
  readonly id: number;
  /** Where its paths begin. */
  readonly storage: string;
  readonly metadataFile: PointedCheckpoint["metadata"];
  /** Undefined when the metadata could not be read from durable bytes at the moment of completion: CC-2 is broken then. */
  readonly metadata: CheckpointMetadata | undefined;
  readonly completedAtUs: number;
}

/** `leader` is the token of whoever led when the change was applied, `writer` the token that the write claims. */
export type RecordStep =
  /** `before` and `role` held the key before the change, and do now. */
  | {
      readonly kind: "leader";
      readonly leader: number;
      readonly before: string | undefined;
      readonly role: string | undefined;
    }
  | { readonly kind: "job"; readonly leader: number; readonly writer: number | undefined }
  | { readonly kind: "counters"; readonly leader: number; readonly writer: number; readonly attempts: number }
  | PointerStep;

export interface PointerStep {
  readonly kind: "pointer";
  readonly leader: number;
  /** Undefined for a removal. */
  readonly writer: number | undefined;
  readonly before: readonly CompletedCheckpoint[];
  readonly now: readonly CompletedCheckpoint[];
  readonly added: readonly CompletedCheckpoint[];
  readonly jobState: JobState | undefined;
}

const none: readonly CompletedCheckpoint[] = [];
