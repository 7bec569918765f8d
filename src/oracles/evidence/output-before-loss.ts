import { readBrokerLog, type BrokerHistory } from "../../services/log-broker/broker-log.ts";
import { decodeReplica, pathOfReplica } from "../../services/file-store/stored-replica.ts";
import type { DiskObservation, Observation } from "../../sim/observation.ts";
import type { Setting } from "../oracle.ts";

/**
 * What a job's readers could see before a plan took it from the disks for good: its input as it was at the beginning, and
 * the part files that were published. Output that was committed and lost afterwards is nobody's wrong count. It is kept
 * only where more is damaged than can be borne; what is left on the disks is read elsewhere.
 */
export class OutputBeforeLoss {
  /** Undefined where the disks themselves must hold everything. Made when the run begins. */
  static of(setting: Setting): OutputBeforeLoss | undefined {
    if (setting.outputMayBeLost !== true) return undefined;
    let kept = keepers.get(setting);
    if (kept === undefined) keepers.set(setting, (kept = new OutputBeforeLoss(setting)));
    return kept;
  }

  /** The broker's topics before the first change. */
  readonly input: BrokerHistory;
  readonly #setting: Setting;
  /** `dfs1:/dfs1/incoming/4` → what was written there. */
  readonly #written = new Map<string, Uint8Array>();
  readonly #published = new Map<string, Uint8Array>();
  #lastSeen: Observation | undefined;

  private constructor(setting: Setting) {
    const { broker } = setting.roles;
    this.#setting = setting;
    const view = setting.durable(broker);
    // Copies: what is read lies in the disk's own bytes, and those are about to be damaged.
    const kept = { read: (path: string) => view.read(path)?.slice(), list: (folder: string) => view.list(folder) };
    this.input = readBrokerLog(kept, setting.folder(broker));
  }

  /** Contents by the file's path on the store. */
  get published(): ReadonlyMap<string, Uint8Array> {
    return this.#published;
  }

  see(observation: Observation): void {
    if (observation === this.#lastSeen || observation.kind !== "disk") return;
    this.#lastSeen = observation;
    if (!this.#setting.roles.storage.includes(observation.role)) return;
    const key = `${observation.role}:${observation.path}`;
    switch (observation.operation) {
      case "create":
        this.#written.set(key, new Uint8Array(0));
        return;
      case "write":
        return this.#write(key, observation);
      case "rename":
        this.#publish(key, observation);
        return;
      default:
        return;
    }
  }

  #write(key: string, { position = 0, bytes }: DiskObservation): void {
    const before = this.#written.get(key);
    if (before === undefined || bytes === undefined) return;
    const after = new Uint8Array(Math.max(before.length, position + bytes.length));
    after.set(before);
    after.set(bytes, position);
    this.#written.set(key, after);
  }

  #publish(key: string, { role, to }: DiskObservation): void {
    const written = this.#written.get(key);
    this.#written.delete(key);
    const path = to === undefined ? undefined : pathOfReplica(this.#setting.folder(role), to);
    const contents = written === undefined ? undefined : decodeReplica(written);
    if (path !== undefined && contents !== undefined && /\/(parts|committed)\//.test(path))
      this.#published.set(path, contents);
  }
}

/** Whether the broker's log may lack the end of what was committed. */
export function mayLackCommits(setting: Setting): boolean {
  return setting.outputMayBeLost === true && setting.dishonestDisks?.has(setting.roles.broker) === true;
}

const keepers = new WeakMap<Setting, OutputBeforeLoss>();
