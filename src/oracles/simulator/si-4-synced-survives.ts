import type { DiskObservation, Observation } from "../../sim/observation.ts";
import type { Oracle, OracleFold, Setting, Violation } from "../oracle.ts";

/**
 * SI-4: What was synced, in a file whose entry was synced, survives every crash under an honest disk.
 *
 * Reads: the services' disk operations, power of machines, the durable view after a power loss. Its account of what was
 * synced is its own, so that no disk is judged by its own book-keeping.
 *
 * Left out — bytes and entries that were changed after the sync: either version may be there. Folders that were not synced
 * into their parents: the view says whether they were. Disks that the plan damages.
 */
export const syncedSurvives: Oracle = {
  id: "SI-4",
  sentence: "Contents that were synced, in a file whose entry was synced, survive every crash under an honest disk.",
  expectation: "always",
  wants: { disks: ["coord", "broker", "dfs"], processes: true },
  begin: setting => new SyncedFiles(setting),
};

interface TrackedFile {
  readonly role: string;
  readonly content: GrowingBytes;
  /** So many bytes from the beginning were synced and not touched since. */
  syncedLength: number;
  entrySynced: boolean;
}

class SyncedFiles implements OracleFold {
  checked = 0;
  readonly #setting: Setting;
  /** Machine → path → file. */
  readonly #machines = new Map<string, Map<string, TrackedFile>>();

  constructor(setting: Setting) {
    this.#setting = setting;
  }

  on(observation: Observation): Violation | undefined {
    if (observation.kind === "disk") this.#operation(observation);
    else if (observation.kind === "machine" && observation.what === "power-on")
      return this.#afterPowerLoss(observation.machine);
    return undefined;
  }

  end(): readonly Violation[] {
    return [];
  }

  #operation(observation: DiskObservation): void {
    const files = this.#filesOf(observation.machine);
    const { operation, path, role } = observation;
    const file = files.get(path);
    switch (operation) {
      case "create":
        files.set(path, { role, content: new GrowingBytes(), syncedLength: 0, entrySynced: false });
        return;
      case "write":
        if (file === undefined || observation.bytes === undefined) return;
        file.syncedLength = Math.min(file.syncedLength, observation.position ?? 0);
        file.content.write(observation.position ?? file.content.length, observation.bytes);
        return;
      case "truncate":
        file?.content.cut(observation.position ?? 0);
        if (file !== undefined) file.syncedLength = Math.min(file.syncedLength, file.content.length);
        return;
      case "sync":
        if (file !== undefined) file.syncedLength = file.content.length;
        return;
      case "rename":
        files.delete(path);
        if (observation.to !== undefined && file !== undefined)
          files.set(observation.to, { ...file, entrySynced: false });
        return;
      case "unlink":
        files.delete(path);
        return;
      case "sync-directory":
        for (const [name, entry] of files) if (parentOf(name) === path) entry.entrySynced = true;
        return;
    }
  }

  #afterPowerLoss(machine: string): Violation | undefined {
    const files = this.#filesOf(machine);
    const { dishonestDisks } = this.#setting;
    let first: Violation | undefined;
    for (const [path, file] of files) {
      const { role, content, syncedLength } = file;
      if (!file.entrySynced || syncedLength === 0 || dishonestDisks?.has(role) === true) continue;
      this.checked++;
      const survived = this.#setting.durable(role).read(path);
      if (survived !== undefined && content.beginsLike(survived, syncedLength)) continue;
      const how = survived === undefined ? "is gone" : "has other bytes";
      first ??= {
        claim: "SI-4",
        where: role,
        message: `${path} had ${syncedLength} synced bytes and ${how} after the power loss`,
      };
    }
    // What came back is the new beginning: it is on the disk, but nothing here knows its bytes.
    files.clear();
    return first;
  }

  #filesOf(machine: string): Map<string, TrackedFile> {
    let files = this.#machines.get(machine);
    if (files === undefined) this.#machines.set(machine, (files = new Map()));
    return files;
  }
}

class GrowingBytes {
  #bytes = new Uint8Array(256);
  length = 0;

  write(position: number, bytes: Uint8Array): void {
    const end = position + bytes.length;
    if (end > this.#bytes.length) {
      const wider = new Uint8Array(Math.max(end, 2 * this.#bytes.length));
      wider.set(this.#bytes);
      this.#bytes = wider;
    }
    this.#bytes.set(bytes, position);
    this.length = Math.max(this.length, end);
  }

  cut(length: number): void {
    this.#bytes.fill(0, length, this.length);
    this.length = length;
  }

  beginsLike(other: Uint8Array, length: number): boolean {
    if (other.length < length) return false;
    for (let i = 0; i < length; i++) if (other[i] !== this.#bytes[i]) return false;
    return true;
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 1));
}
