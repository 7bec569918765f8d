import { brokerLogPath, imageFolder, type FileView } from "../../services/log-broker/broker-log.ts";
import { decodeReplica, pathOfReplica } from "../../services/file-store/stored-replica.ts";
import type { DiskObservation, Observation } from "../../sim/observation.ts";
import type { Setting } from "../oracle.ts";

/**
 * What a job's readers could see before a plan took it from the disks for good: the broker's log as the broker wrote it,
 * and the part files that were published. Output that was committed and lost afterwards is nobody's wrong count. It is
 * kept only where more is damaged than can be borne; elsewhere the disks themselves must hold it.
 */
export class OutputBeforeLoss {
  /** Undefined where the disks themselves must hold everything. Made when the run begins. */
  static of(setting: Setting): OutputBeforeLoss | undefined {
    if (setting.outputMayBeLost !== true) return undefined;
    return setting.evidence.of(OutputBeforeLoss, () => new OutputBeforeLoss(setting));
  }

  /** The broker's images, as they were at the beginning. */
  readonly #images: ReadonlyMap<string, Uint8Array>;
  /** Its log in the form that had most in it. */
  #longestLog: Uint8Array;
  #log: Uint8Array;
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
    const paths = view.list(imageFolder(setting.folder(broker)));
    this.#log = this.#longestLog = view.read(brokerLogPath(setting.folder(broker)))?.slice() ?? new Uint8Array(0);
    this.#images = new Map(paths.flatMap(path => [[path, view.read(path)!.slice()] as const]));
  }

  /** What the broker has written down. */
  get broker(): FileView {
    return this.#viewWith(this.#longestLog);
  }

  /** What it goes by now: of what it had lost it has begun anew. */
  get brokerNow(): FileView {
    return this.#viewWith(this.#log);
  }

  /** Contents by the file's path on the store. */
  get published(): ReadonlyMap<string, Uint8Array> {
    return this.#published;
  }

  see(observation: Observation): void {
    if (observation === this.#lastSeen || observation.kind !== "disk") return;
    this.#lastSeen = observation;
    if (observation.role === this.#setting.roles.broker) this.#seeBroker(observation);
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

  #viewWith(log: Uint8Array): FileView {
    const files = new Map(this.#images).set(brokerLogPath(this.#setting.folder(this.#setting.roles.broker)), log);
    return { read: path => files.get(path), list: () => [...this.#images.keys()] };
  }

  #seeBroker({ operation, path, position = 0, bytes }: DiskObservation): void {
    if (path !== brokerLogPath(this.#setting.folder(this.#setting.roles.broker))) return;
    if (operation === "truncate") this.#log = this.#log.slice(0, position);
    else if (operation === "write" && bytes !== undefined) {
      // One entry is written at a time: what lay behind it was never acknowledged.
      const log = new Uint8Array(position + bytes.length);
      log.set(this.#log.subarray(0, log.length));
      log.set(bytes, position);
      this.#log = log;
    }
    if (this.#log.length >= this.#longestLog.length) this.#longestLog = this.#log;
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
    const contents = path === undefined || written === undefined ? undefined : decodeReplica(path, written);
    if (path !== undefined && contents !== undefined && /\/(parts|committed)\//.test(path))
      this.#published.set(path, contents);
  }
}
