import { leaderKey, pointerKey } from "../../runtime/checkpoint/coordination-keys.ts";
import { writeMetadata, type CheckpointMetadata } from "../../runtime/checkpoint/metadata.ts";
import { describeJob } from "../../runtime/graph/compile-job.ts";
import type { Job } from "../../runtime/api/job.ts";
import type { StoredFile, SubtaskSnapshot } from "../../runtime/task/task-contract.ts";
import { crc32c } from "../../rpc/crc32c.ts";
import { coordinationLogPath, type CoordinationChange } from "../../services/coordination/coordination-log.ts";
import { encodeReplica, replicaPath } from "../../services/file-store/stored-replica.ts";
import { encodeEntry } from "../../services/log-entry.ts";
import type { FrameObservation, Observation } from "../../sim/observation.ts";
import type { FinalState, Oracle, Setting, Violation } from "../oracle.ts";
import { Evidence } from "../evidence/evidence.ts";
import { beginSuite } from "../suite.ts";

/**
 * Histories made by hand, in which an oracle must bite or hold: the disks of three storage nodes, of the broker and of the
 * coordination service, with what devices would have observed while they changed. It owns the bytes; a test owns the story.
 *
 * Nothing in a run uses it: it stands here because the tests of all claims share it.
 */
export class MadeHistory {
  readonly observations: Observation[] = [];
  readonly #disks = new Map<string, Map<string, Uint8Array>>();
  readonly #job: Job;
  #entries = 0;
  #revision = 0;
  #atUs = 0;
  #calls = 0;
  readonly #connections = new Map<string, number>();
  #batch: CoordinationChange[] | undefined;

  constructor(job: Job) {
    this.#job = job;
  }

  setting(more: Partial<Setting> = {}): Setting {
    return {
      graph: () => describeJob(this.#job, {}, { parallelism: 2 }),
      input: {},
      durable: role => ({
        read: path => this.disk(role).get(path),
        list: folder => [...this.disk(role).keys()].filter(path => path.startsWith(`${folder}/`)).sort(),
      }),
      folder: role => `/${role}`,
      job: JOB,
      roles: { coordination: "coord", broker: "broker", storage: ["dfs0", "dfs1", "dfs2"] },
      evidence: new Evidence(),
      replicas: 2,
      knobs: {},
      ...more,
    };
  }

  disk(role: string): Map<string, Uint8Array> {
    let disk = this.#disks.get(role);
    if (disk === undefined) this.#disks.set(role, (disk = new Map<string, Uint8Array>()));
    return disk;
  }

  /** A compare-and-set that was applied; returns its revision. */
  set(key: string, value: unknown): number {
    const revision = ++this.#revision;
    this.#apply(value === undefined ? { kind: "removed", key, revision } : { kind: "set", key, value, revision });
    return revision;
  }

  elect(): number {
    return this.set(leaderKey, { role: "jm0", address: "jm0:rpc", session: `session-${this.#revision}` });
  }

  /** The pointer names these checkpoints from now on. */
  point(leader: number, ...completed: readonly { readonly checkpoint: number; readonly metadata: StoredFile }[]): void {
    this.set(pointerKey(JOB), { leader, storage: STORAGE, completed });
  }

  /** A file on storage nodes, durable on all that are named. */
  store(path: string, contents: Uint8Array, nodes: readonly string[] = ["dfs0", "dfs1"]): StoredFile {
    const replica = encodeReplica(storedPath(path), contents);
    for (const node of nodes) this.disk(node).set(this.place(node, path), replica);
    return { path, length: contents.length, crc32c: crc32c(contents) };
  }

  place(node: string, path: string): string {
    return replicaPath(`/${node}`, storedPath(path));
  }

  storeMetadata(
    metadata: CheckpointMetadata,
    nodes?: readonly string[],
  ): { readonly checkpoint: number; readonly metadata: StoredFile } {
    const file = this.store(`${metadata.checkpoint}/metadata-${metadata.attempt}`, writeMetadata(metadata), nodes);
    return { checkpoint: metadata.checkpoint, metadata: file };
  }

  /** A service writes a file of its own anew. */
  write(role: string, path: string, bytes: Uint8Array): void {
    this.disk(role).set(path, bytes);
    const place = { kind: "disk", machine: role, role, path } as const;
    this.observations.push({ ...place, atUs: this.#now(), operation: "write", position: 0, bytes });
  }

  /** Takes a file's replica off a node, as its unlink would be observed. */
  unlink(node: string, path: string): void {
    this.disk(node).delete(this.place(node, path));
    this.observations.push({
      kind: "disk",
      atUs: this.#now(),
      machine: node,
      role: node,
      operation: "unlink",
      path: this.place(node, path),
    });
  }

  /** A request that `to` was handed; returns the number of the call. */
  request(method: string, from: string, to: string, body: unknown): number {
    this.#frame("request", method, from, to, body);
    return this.#calls;
  }

  reply(method: string, from: string, to: string, body: unknown, call?: number): void {
    this.#frame("reply", method, from, to, body, call);
  }

  /** A frame of the data plane; the channel is the consumer's number for it. */
  data(method: string, from: string, to: string, channel: number, bytes: Uint8Array): void {
    this.#frame("data", method, from, to, bytes, channel);
  }

  acknowledge(leader: number, checkpoint: number, attempt: number, snapshot: SubtaskSnapshot): void {
    const execution = `${snapshot.vertex}[${snapshot.subtask}]#${attempt}`;
    this.request("checkpoint.acknowledge", "tm0", "jm0", {
      token: leader,
      worker: "w",
      execution,
      checkpoint,
      snapshot,
    });
  }

  observe(observation: Observation): void {
    this.observations.push(observation);
  }

  later(us: number): this {
    this.#atUs += us;
    return this;
  }

  /** What is set meanwhile goes into one entry of the log. */
  together(changes: () => void): void {
    const batch: CoordinationChange[] = [];
    this.#batch = batch;
    changes();
    this.#batch = undefined;
    this.#append(batch);
  }

  #apply(change: CoordinationChange): void {
    if (this.#batch === undefined) this.#append([change]);
    else this.#batch.push(change);
  }

  #append(changes: readonly CoordinationChange[]): void {
    const path = coordinationLogPath("/coord");
    const entry = encodeEntry(++this.#entries, changes);
    const before = this.disk("coord").get(path) ?? new Uint8Array(0);
    const after = new Uint8Array(before.length + entry.length);
    after.set(before);
    after.set(entry, before.length);
    this.disk("coord").set(path, after);
    const place = { kind: "disk", machine: "coord", role: "coord", path } as const;
    this.observations.push({ ...place, atUs: this.#now(), operation: "write", position: before.length, bytes: entry });
    this.observations.push({ ...place, atUs: this.#now(), operation: "sync" });
  }

  /** Two roles have one connection. */
  #frame(
    type: FrameObservation["frame"]["type"],
    method: string,
    from: string,
    to: string,
    body: unknown,
    call = ++this.#calls,
  ): void {
    const pair = [from, to].sort().join(" ");
    const connection = this.#connections.get(pair) ?? this.#connections.size + 1;
    this.#connections.set(pair, connection);
    this.observations.push({
      kind: "frame",
      atUs: this.#now(),
      from,
      to,
      toIncarnation: 0,
      connection,
      frame: { type, method, call, body: () => body },
    });
  }

  #now(): number {
    return ++this.#atUs;
  }
}

/**
 * Shows the history to one oracle, as a suite does in a run: what the oracle does not ask for, it does not see. Disks stand
 * as the test left them, so a story in which a disk's state matters at several moments is judged in several pieces: see
 * {@link Judgement.goOn}.
 */
export function judge(oracle: Oracle, setting: Setting): Judgement {
  const suite = beginSuite([oracle], setting);
  const violations: Violation[] = [];
  return {
    violations,
    goOn(history) {
      for (const observation of history.observations.splice(0)) {
        const violation = suite.on(observation);
        if (violation !== undefined) violations.push(violation);
      }
      return this;
    },
    end(final) {
      violations.push(...suite.end({ atUs: 1e9, job: "finished", ...final }));
      return this;
    },
    get checked() {
      return suite.counts()[oracle.id]!.checked;
    },
  };
}

export interface Judgement {
  readonly violations: Violation[];
  readonly checked: number;
  /** Shows what was observed since the last time. */
  goOn(history: MadeHistory): Judgement;
  end(final?: Partial<FinalState>): Judgement;
}

export const JOB = "job-1";
export const STORAGE = `dfs:///checkpoints/${JOB}`;

/** Metadata of a checkpoint in which every subtask has one file, or none. */
export function madeMetadata(
  checkpoint: number,
  subtasks: readonly SubtaskSnapshot[],
  more: Partial<CheckpointMetadata> = {},
): CheckpointMetadata {
  const vertices = [...new Set(subtasks.map(({ vertex }) => vertex))].map(vertex => ({
    vertex,
    parallelism: subtasks.find(subtask => subtask.vertex === vertex)!.parallelism,
    maxParallelism: 128,
  }));
  return {
    job: JOB,
    checkpoint,
    leader: 1,
    attempt: 1,
    triggeredAtMs: 0,
    vertices,
    subtasks,
    enumerators: [],
    ...more,
  };
}

export function madeSnapshot(vertex: string, subtask: number, more: Partial<SubtaskSnapshot> = {}): SubtaskSnapshot {
  return { vertex, subtask, parallelism: 2, files: [], operators: [], finished: false, ...more };
}

/** As the store knows a file of the job. */
function storedPath(path: string): string {
  return `${STORAGE.slice("dfs://".length)}/${path}`;
}
