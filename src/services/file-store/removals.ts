import { makeDurableFolder, parentOf, publishFile } from "../../host/file.ts";
import type { Host } from "../../host/host.ts";
import { encodeEntry } from "../log-entry.ts";
import { unlessUnreadable, untilDiskObeys, WriteAheadLog } from "../write-ahead-log.ts";

/**
 * What one storage node knows to be removed: a tombstone for each path, durable before anybody hears of it. It owns how
 * long a tombstone is kept; what it forbids is replica-folder.ts's, and how nodes tell each other replication.ts's.
 *
 * A tombstone that every node has is *settled*, and is forgotten after a grace: nothing that was sent before is still on
 * its way then. Until it is settled it stays, as long as a node may be away (Cassandra's zombies come back because theirs
 * end by time alone).
 */
export class Removals {
  readonly #host: Host;
  readonly #log: WriteAheadLog;
  /** Path → since when it is settled. */
  readonly #tombstones = new Map<string, number | undefined>();
  #catchingUp = false;

  private constructor(host: Host, log: WriteAheadLog, records: readonly unknown[]) {
    this.#host = host;
    this.#log = log;
    for (const record of records) this.#apply(record as RemovalRecord);
  }

  /** A log that is gone or damaged is begun anew, and says from its first entry on that the node has lost its memory. */
  static async open(host: Host, dir: string): Promise<Removals> {
    const path = removalLogPath(dir);
    const opened = await unlessUnreadable(host, path, () => WriteAheadLog.open(host, path));
    if (typeof opened !== "string") return new Removals(host, opened.log, opened.records);
    return untilDiskObeys(host, async () => {
      const begun: RemovalRecord = { kind: "catching-up" };
      await makeDurableFolder(host.disk, parentOf(path));
      await publishFile(host.disk, path, encodeEntry(1, [begun]));
      const again = await WriteAheadLog.open(host, path);
      if (typeof again === "string") throw new Error(`${path} was just written: ${again}`);
      return new Removals(host, again.log, again.records);
    });
  }

  /** The disk came back empty, or another's: what this node should hold and know, its peers must say. */
  get catchingUp(): boolean {
    return this.#catchingUp;
  }

  /** Every peer has said what it knows. */
  caughtUp(): void {
    this.#note({ kind: "caught-up" });
  }

  get size(): number {
    return this.#tombstones.size;
  }

  has(path: string): boolean {
    return this.#tombstones.has(path);
  }

  /** Holds from this call on, and durably when it resolves. */
  async add(paths: readonly string[]): Promise<void> {
    const fresh = paths.filter(path => !this.#tombstones.has(path));
    if (fresh.length > 0) this.#note({ kind: "removed", paths: fresh });
    await this.#log.whenDurable(undefined);
  }

  /** Those of which a node may not know. */
  unsettled(prefix: string): string[] {
    return [...this.#tombstones].flatMap(([path, at]) => (at === undefined && path.startsWith(prefix) ? [path] : []));
  }

  known(prefix: string): string[] {
    return [...this.#tombstones.keys()].filter(path => path.startsWith(prefix));
  }

  settled(): string[] {
    return [...this.#tombstones].flatMap(([path, at]) => (at === undefined ? [] : [path]));
  }

  /** Every node has these. */
  settle(paths: readonly string[]): void {
    const nowMs = this.#host.clock.monotonic();
    for (const path of paths) if (this.#tombstones.has(path)) this.#tombstones.set(path, nowMs);
  }

  /** Forgets what has been settled for long enough. */
  collect(): void {
    const untilMs = this.#host.clock.monotonic() - GRACE_MS;
    const paths = [...this.#tombstones].flatMap(([path, at]) => (at !== undefined && at <= untilMs ? [path] : []));
    if (paths.length > 0) this.#note({ kind: "collected", paths });
  }

  #note(record: RemovalRecord): void {
    this.#apply(record);
    this.#log.append(record);
  }

  #apply(record: RemovalRecord): void {
    switch (record.kind) {
      case "removed":
        for (const path of record.paths) this.#tombstones.set(path, undefined);
        return;
      case "collected":
        for (const path of record.paths) this.#tombstones.delete(path);
        return;
      case "catching-up":
        this.#catchingUp = true;
        return;
      case "caught-up":
        this.#catchingUp = false;
    }
  }
}

type RemovalRecord =
  | { readonly kind: "removed" | "collected"; readonly paths: readonly string[] }
  | { readonly kind: "catching-up" | "caught-up" };

/** It stands on the disk of a node from before its first life: where it is gone, the replicas are gone too. */
export function removalLogPath(dir: string): string {
  return `${dir}/removals.log`;
}

/** Longer than any request can be under way: time-outs of connections are minutes. */
const GRACE_MS = 600_000;
