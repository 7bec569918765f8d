import { acknowledgeCheckpoint } from "../../runtime/cluster/messages.ts";
import { filesOf } from "../../runtime/checkpoint/metadata.ts";
import type { FrameObservation, Observation } from "../../sim/observation.ts";
import { CheckpointRecord, type CompletedCheckpoint } from "../evidence/checkpoint-record.ts";
import type { FinalState, Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * CC-4: Late, duplicate and foreign acknowledgements change nothing; state they carry is discarded once, and only if
 * nobody shares it.
 *
 * Reads: acknowledgements that a job manager was handed, what job managers put on the storage nodes and ask them to
 * remove, applied writes of the pointer. Files that were acknowledged to a leader for a checkpoint that is over, and that
 * no completed one names, must be asked away by that leader, without waiting for the sweep at the job's end. So must
 * the metadata that it has written for such a checkpoint, and, with CC-9, whatever it subsumes.
 *
 * A checkpoint is over for certain when the same execution has acknowledged a later one to the same leader, and that is
 * complete.
 *
 * Left out — that they change nothing: CC-2 has what a completed checkpoint is made of. That nobody shares what is
 * removed: CC-8. Leaders that died, stood still or were deposed afterwards: their successor's sweep removes it. Metadata
 * that a leader wrote before it knew that it was deposed (it was taken for its successor's, until storms had standbys):
 * nobody knows of that before the sweep at the job's end. Files that a newer checkpoint still names, such as those of a
 * subtask that has finished (they were demanded, until jobs were of many shapes). Leaders whose job ended within a few
 * calls' time: storage nodes that are silent may have held up those removals.
 */
export const lateStateIsDiscarded: Oracle = {
  id: "CC-4",
  sentence: "State of a checkpoint that came to nothing, or was subsumed, is removed by the leader that knew of it.",
  expectation: "always",
  wants: { disks: ["coord"], frames: ["checkpoint.acknowledge", "store.put", "store.remove"], processes: true },
  begin: setting => new Discards(setting),
};

interface Acknowledged {
  readonly checkpoint: number;
  readonly paths: readonly string[];
}

class Discards implements OracleFold {
  checked = 0;
  readonly #record: CheckpointRecord;
  readonly #graceUs: number;
  /** By leader and execution, those whose checkpoint is not known to be over. */
  readonly #open = new Map<string, Acknowledged[]>();
  /** Path → since when nobody needs it. */
  readonly #owed = new Map<string, number>();
  /** Metadata that this leader has put on some node, and no pointer names. */
  readonly #metadata = new Set<string>();
  /** The newest attempt of any leader before this one. */
  #attemptsBefore = 0;
  readonly #named = new Set<string>();
  readonly #removed = new Set<string>();
  #finishedUs: number | undefined;

  constructor(setting: Setting) {
    this.#record = CheckpointRecord.of(setting);
    this.#graceUs = CALLS_GRACE * (setting.knobs["rpcTimeoutMs"] ?? 0) * 1000;
  }

  on(observation: Observation): undefined {
    switch (observation.kind) {
      case "process":
        // Whoever leads now has not heard those acknowledgements, or may not have been able to act on them.
        if (observation.role.startsWith("jm")) this.#forget();
        return;
      case "machine":
        return;
      case "frame":
        if (observation.frame.type === "request" && this.#finishedUs === undefined) this.#frame(observation);
        return;
      case "disk":
        for (const step of this.#record.see(observation)) {
          if (step.kind === "leader") {
            this.#forget();
            this.#attemptsBefore = this.#record.attempts;
          } else if (step.kind === "pointer") {
            for (const completed of step.added) this.#complete(completed);
            if (step.added.length > 0) this.#subsumed(step.before, step.now, observation.atUs);
          } else if (step.kind === "job" && this.#record.jobState === "finished") this.#finishedUs ??= observation.atUs;
        }
    }
  }

  end(_final: FinalState): readonly Violation[] {
    if (this.#finishedUs === undefined) return [];
    for (const [path, sinceUs] of this.#owed) {
      if (this.#finishedUs - sinceUs < this.#graceUs) continue;
      this.checked++;
      if (this.#removed.has(path)) continue;
      const heldMs = Math.floor((this.#finishedUs - sinceUs) / 1000);
      const message = `nobody asked for the removal of ${path}, which came to nothing ${heldMs} ms before the job finished`;
      return [{ claim: "CC-4", where: "coordinator", message }];
    }
    return [];
  }

  #frame({ from, frame, atUs: _ }: FrameObservation): void {
    if (frame.method === "store.remove") {
      const { paths } = frame.body() as { readonly paths?: unknown };
      if (from.startsWith("jm") && Array.isArray(paths)) for (const path of paths) this.#removed.add(String(path));
      return;
    }
    if (frame.method === "store.put") {
      const { path } = frame.body() as { readonly path?: unknown };
      const attempt = from.startsWith("jm") && typeof path === "string" ? METADATA.exec(path)?.[1] : undefined;
      if (attempt !== undefined && Number(attempt) > this.#attemptsBefore) this.#metadata.add(String(path));
      return;
    }
    const { token, checkpoint, execution, snapshot } = acknowledgeCheckpoint(frame.body(), frame.method);
    const name = `${token} ${execution}`;
    const said = { checkpoint, paths: snapshot.files.map(file => file.path) };
    const open = this.#open.get(name);
    if (open === undefined) this.#open.set(name, [said]);
    else open.push(said);
  }

  #complete({ id, metadata, metadataFile, storage, completedAtUs }: CompletedCheckpoint): void {
    if (metadata === undefined || !this.#record.files.sees(storage)) return;
    for (const { path } of [metadataFile, ...filesOf(metadata)]) this.#named.add(path);
    const folder = storage.slice("dfs://".length);
    for (const path of this.#metadata) {
      if (!this.#named.has(path.slice(folder.length + 1))) this.#owed.set(path, completedAtUs);
    }
    this.#metadata.clear();
    for (const [name, open] of this.#open) {
      if (!open.some(({ checkpoint }) => checkpoint === id)) continue;
      for (const { paths } of open.filter(({ checkpoint }) => checkpoint < id)) {
        for (const path of paths) if (!this.#named.has(path)) this.#owed.set(`${folder}/${path}`, completedAtUs);
      }
      this.#open.set(
        name,
        open.filter(({ checkpoint }) => checkpoint > id),
      );
    }
  }

  /** What a finished subtask has left is in the checkpoints behind it, too. */
  #subsumed(before: readonly CompletedCheckpoint[], now: readonly CompletedCheckpoint[], atUs: number): void {
    const shared = new Set(now.flatMap(filesOfAll));
    for (const one of before) {
      if (now.includes(one)) continue;
      for (const path of filesOfAll(one)) if (!shared.has(path)) this.#owed.set(path, atUs);
    }
  }

  #forget(): void {
    this.#metadata.clear();
    this.#open.clear();
    this.#owed.clear();
  }
}

function filesOfAll({ metadata, metadataFile, storage }: CompletedCheckpoint): readonly string[] {
  if (metadata === undefined) return [];
  return [metadataFile, ...filesOf(metadata)].map(({ path }) => `${storage.slice("dfs://".length)}/${path}`);
}

/** How a leader names what it writes itself, with the attempt that it writes it for. */
const METADATA = /\/chk-\d+\/metadata-(\d+)$/;

/** A round of removals that is under way may wait for one silent node; then comes a pause. */
const CALLS_GRACE = 1.5;
