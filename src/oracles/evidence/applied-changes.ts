import {
  coordinationLogPath,
  readCoordinationLog,
  type CoordinationChange,
} from "../../services/coordination/coordination-log.ts";
import { readEntry } from "../../services/log-entry.ts";
import type { DiskObservation } from "../../sim/observation.ts";
import type { Setting } from "../oracle.ts";

/**
 * The changes that the coordination service has applied, as its disk learns of them: a change is applied exactly when
 * its log entry is durable. It owns reading the log as it grows; what a change means is its readers' business.
 *
 * An entry is kept from its write until the sync that covers it. Where a write was torn or short the durable log is
 * read as a whole instead; revisions, which are never reused, say what is new.
 */
export class AppliedChanges {
  readonly #setting: Setting;
  readonly #path: string;
  #written: readonly CoordinationChange[] = [];
  #unreadable = false;
  #revision = 0;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#path = coordinationLogPath(setting.folder(setting.roles.coordination));
  }

  /** The changes that this operation made durable, in order. */
  see({ role, operation, path, bytes }: DiskObservation): readonly CoordinationChange[] {
    if (path !== this.#path || role !== this.#setting.roles.coordination) return [];
    if (operation === "write" && bytes !== undefined) {
      // A copy, since decoded values may share the bytes, which are good only during the call.
      const entry = readEntry(bytes.slice(), 0);
      if (entry === undefined) this.#unreadable = true;
      else this.#written = entry.records as readonly CoordinationChange[];
    } else if (operation === "sync") {
      const changes = this.#unreadable ? this.#readWhole() : this.#written;
      this.#written = [];
      this.#unreadable = false;
      return this.#news(changes);
    }
    return [];
  }

  #readWhole(): readonly CoordinationChange[] {
    const durable = this.#setting.durable(this.#setting.roles.coordination).read(this.#path);
    return durable === undefined ? [] : readCoordinationLog(durable.slice());
  }

  #news(changes: readonly CoordinationChange[]): readonly CoordinationChange[] {
    const news = changes.filter(change => change.revision > this.#revision);
    this.#revision = news.at(-1)?.revision ?? this.#revision;
    return news;
  }
}
