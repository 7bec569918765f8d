import type { Fault } from "./fault.ts";

/**
 * A case: everything that decides a run, as plain JSON. `world` plays it; nothing else decides anything.
 */
export interface Case {
  readonly schema: 1;
  /** Name of the scenario, which gives job, services, oracles and the default input. */
  readonly scenario: string;
  readonly topology: Topology;
  readonly knobs: Knobs;
  readonly input: CaseInput;
  readonly plan: readonly Fault[];
  readonly seed: string;
  /** Events of one instant: in the order in which they were asked for, instead of in one that the seed draws. */
  readonly ties?: "fifo";
}

export interface Topology {
  readonly jobManagers: number;
  readonly workers: number;
  readonly slotsPerWorker: number;
  readonly storageNodes: number;
  /** Copies of each file on the storage nodes; at most `storageNodes`. */
  readonly replicas: number;
  /** Parallelism of operators that do not set their own. */
  readonly parallelism: number;
  /** The largest parallelism that an operator sets for itself. Absent: none sets one. */
  readonly widest?: number;
  /** Partitions of each input topic. */
  readonly partitions: number;
  /** `spread`: a machine per role. `together`: coordination, broker and storage share one machine. */
  readonly placement: "spread" | "together";
  /** What the machines' disks keep of un-synced changes when the power goes: see sim/disk/persistence.ts. */
  readonly persistence: "prefix" | "ordered" | "weak";
  /** Whether the broker keeps what is prepared for good (KIP-939), or lets it time out as brokers before it did. */
  readonly broker: "durable-prepare" | "classic";
}

/** Slots that the job takes: operators share them, so it is as many as the widest one has subtasks. */
export function slotsNeeded({ parallelism, widest = 1 }: Pick<Topology, "parallelism" | "widest">): number {
  return Math.max(parallelism, widest);
}

/** Whole numbers; times in milliseconds where the name says Ms, else microseconds. */
export interface Knobs {
  readonly checkpointIntervalMs: number;
  readonly checkpointTimeoutMs: number;
  readonly minPauseMs: number;
  /** Checkpoints in a row that may fail before the job does. */
  readonly tolerableFailures: number;
  readonly heartbeatIntervalMs: number;
  readonly heartbeatTimeoutMs: number;
  readonly restartDelayMs: number;
  readonly restartsMax: number;
  readonly rpcTimeoutMs: number;
  readonly sessionTtlMs: number;
  readonly transactionTimeoutMs: number;
  /** Records per network buffer at most. */
  readonly bufferRecordsMax: number;
  /** Buffers a consumer grants each channel. */
  readonly creditsPerChannel: number;
  /** Processor time per record and operator chain. */
  readonly recordCostUs: number;
  readonly linkLatencyUs: number;
  readonly linkJitterUs: number;
  readonly diskLatencyUs: number;
  /** Wall clocks of machines differ by at most this much. */
  readonly clockOffsetMsMax: number;
  /** The storm ends here, in virtual milliseconds after the start: faults are cured, what is needed is healed, and the calm begins. */
  readonly stormMs: number;
}

/** The records of each input topic, by value (shrunk or generated) or as a slice of a named data set. */
export type CaseInput = Readonly<Record<string, TopicInput>>;

export type TopicInput =
  | { readonly kind: "values"; readonly values: readonly unknown[] }
  | { readonly kind: "dataset"; readonly name: string; readonly from: number; readonly to: number };
