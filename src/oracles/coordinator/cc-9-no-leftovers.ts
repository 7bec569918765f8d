import { filesOf } from "../../runtime/checkpoint/metadata.ts";
import { pathOfReplica } from "../../services/file-store/stored-replica.ts";
import type { DiskObservation, Observation } from "../../sim/observation.ts";
import { CheckpointRecord } from "../evidence/checkpoint-record.ts";
import type { FinalState, Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * CC-9: After quiescence, files on storage = files named by addressable checkpoints.
 *
 * Reads: replicas that come and go on the storage nodes' disks, the job's record, the pointer. Judged when the job has
 * finished and its world has come to rest.
 *
 * Left out — replicas that a power loss took before their names were synced. What arrived after the job's end: the
 * upload of an attempt that had died in the middle of it, such as a worker that slept through its removal. Nodes that
 * were away at the end or later: their replicas cannot be removed. Runs that end without a living job manager (that one
 * was away at the job's end was enough when a run did not wait for the next leader's sweep, and a clean-up that nobody
 * takes up again went unseen). Jobs that failed: their checkpoints are kept, and nobody sweeps beside them. Storage that
 * is not on the storage nodes. Disks that the plan damages: what their nodes were told to remove may have been gone, or
 * come back.
 */
export const noLeftovers: Oracle = {
  id: "CC-9",
  sentence: "When a job has finished, its storage holds no file that an addressable checkpoint does not name.",
  expectation: "eventually",
  wants: { disks: ["coord", "dfs"], processes: true },
  begin: setting => new Leftovers(setting),
};

class Leftovers implements OracleFold {
  checked = 0;
  readonly #setting: Setting;
  readonly #record: CheckpointRecord;
  /** Node → place of a replica → when it came. */
  readonly #replicas: ReadonlyMap<string, Map<string, number>>;
  readonly #dead = new Set<string>();
  readonly #alive = new Set<string>();
  #finishedUs: number | undefined;
  /** Roles that were dead, or stood still, at the job's end or later. */
  #away = new Set<string>();

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#record = CheckpointRecord.of(setting);
    this.#replicas = new Map(setting.roles.storage.map(role => [role, new Map<string, number>()]));
  }

  on(observation: Observation): undefined {
    if (observation.kind === "process") {
      const { role, what } = observation;
      const isBack = what === "started" || what === "resumed";
      (isBack ? this.#alive : this.#dead).add(role);
      (isBack ? this.#dead : this.#alive).delete(role);
      if (!isBack) this.#away.add(role);
    }
    if (observation.kind !== "disk") return;
    this.#touched(observation);
    const ended = this.#record.see(observation).some(step => step.kind === "job");
    if (!ended || this.#record.jobState !== "finished" || this.#finishedUs !== undefined) return;
    this.#finishedUs = observation.atUs;
    this.#away = new Set(this.#dead);
  }

  end(final: FinalState): readonly Violation[] {
    const storage = this.#record.completed.at(-1)?.storage;
    if (final.job !== "finished" || storage === undefined || !this.#record.files.sees(storage)) return [];
    if (isJobManagerAmong(this.#dead) && !isJobManagerAmong(this.#alive)) return [];
    this.checked++;
    const named = new Set(
      this.#record.addressable.flatMap(({ metadata, metadataFile }) =>
        [metadataFile, ...(metadata === undefined ? [] : filesOf(metadata))].map(file => file.path),
      ),
    );
    const folder = `${storage.slice("dfs://".length)}/`;
    for (const [role, places] of this.#replicas) {
      if (this.#away.has(role) || this.#setting.dishonestDisks?.has(role) === true) continue;
      const kept = new Set(this.#setting.durable(role).list(this.#setting.folder(role)));
      for (const [place, cameUs] of places) {
        if (!kept.has(place)) continue;
        const path = pathOfReplica(this.#setting.folder(role), place);
        if (path === undefined || !path.startsWith(folder) || named.has(path.slice(folder.length))) continue;
        if (cameUs > this.#finishedUs!) continue;
        const message = `${path.slice(folder.length)} is left on ${role} when the job has finished, and no checkpoint names it`;
        return [{ claim: "CC-9", where: "storage", message }];
      }
    }
    return [];
  }

  #touched({ role, operation, path, to, atUs }: DiskObservation): void {
    const places = this.#replicas.get(role);
    if (places === undefined) return;
    if (operation === "rename" && to !== undefined) places.set(to, atUs);
    else if (operation === "unlink") places.delete(path);
  }
}

function isJobManagerAmong(roles: ReadonlySet<string>): boolean {
  return [...roles].some(role => role.startsWith("jm"));
}
