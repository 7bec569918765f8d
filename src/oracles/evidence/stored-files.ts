import { crc32c } from "../../rpc/crc32c.ts";
import type { StoredFile } from "../../runtime/task/task-contract.ts";
import { decodeReplica, pathOfReplica, replicaPath } from "../../services/file-store/stored-replica.ts";
import type { Setting } from "../oracle.ts";

/**
 * Files of the replicated store as the disks of its nodes would give them back after the power loss of every machine
 * now. It owns finding a file's replicas and judging each by the length and checksum that the checkpoint recorded.
 */
export class StoredFiles {
  readonly #setting: Setting;

  constructor(setting: Setting) {
    this.#setting = setting;
  }

  /** False for storage that does not lie on the storage nodes (`file:`): nothing here can see it. */
  sees(storage: string): boolean {
    return storage.startsWith(SCHEME);
  }

  /** The file from any node on which it is whole in durable bytes. */
  durable(storage: string, file: StoredFile): DurableFile {
    const damaged: string[] = [];
    for (const { role, path } of this.replicas(storage, file)) {
      const found = this.#replica(role, path, file);
      if (found instanceof Uint8Array) return { kind: "whole", contents: found };
      if (found === "damaged") damaged.push(role);
    }
    return damaged.length > 0 ? { kind: "damaged", nodes: damaged } : { kind: "absent" };
  }

  /** The nodes on which it is whole in durable bytes. */
  holders(storage: string, file: StoredFile): readonly string[] {
    const places = this.replicas(storage, file);
    return places
      .filter(({ role, path }) => this.#replica(role, path, file) instanceof Uint8Array)
      .map(({ role }) => role);
  }

  /** Where its replicas would lie. */
  replicas(storage: string, file: StoredFile): readonly { readonly role: string; readonly path: string }[] {
    const stored = `${storage.slice(SCHEME.length)}/${file.path}`;
    return this.#setting.roles.storage.map(role => ({ role, path: replicaPath(this.#setting.folder(role), stored) }));
  }

  #replica(role: string, path: string, file: StoredFile): Uint8Array | "absent" | "damaged" {
    const bytes = this.#setting.durable(role).read(path);
    if (bytes === undefined) return "absent";
    const contents = decodeReplica(pathOfReplica(this.#setting.folder(role), path)!, bytes);
    const whole = contents !== undefined && contents.length === file.length && crc32c(contents) === file.crc32c;
    return whole ? contents : "damaged";
  }
}

export type DurableFile =
  | { readonly kind: "whole"; readonly contents: Uint8Array }
  | { readonly kind: "damaged"; readonly nodes: readonly string[] }
  | { readonly kind: "absent" };

const SCHEME = "dfs://";
