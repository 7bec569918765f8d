import { DiskError, type DiskFile } from "../host/disk.ts";
import { parentOf } from "../host/file.ts";
import type { Host } from "../host/host.ts";
import { pause } from "../host/pause.ts";
import { encodeEntry, readLog, type LogContents, type LogEntry, type LogLife } from "./log-entry.ts";

/**
 * A durable list of records, to which a service appends what it decides before it says so. It owns the file, the order
 * of the records and the moment from which each is durable; what records mean is the service's business.
 *
 * Group commit: what is appended while a sync runs goes out with the next one. One entry at a time is unsynced.
 * A failed write or sync is tried again for as long as the disk takes: nothing is answered meanwhile, nothing is lost.
 */
export class WriteAheadLog {
  readonly #host: Host;
  readonly #file: DiskFile;
  readonly #mark: number;
  /** Of this life the last one, which grows. */
  readonly #lives: LogLife[];
  #number: number;
  #end: number;
  #batch: unknown[] = [];
  #waiting: (() => void)[] = [];
  #flushing = false;

  private constructor(host: Host, file: DiskFile, { end, lives }: LogContents, last: LogEntry) {
    this.#host = host;
    this.#file = file;
    this.#number = last.number - 1;
    this.#end = end;
    this.#mark = host.random.uint32();
    this.#lives = [...lives];
  }

  /**
   * Opens the log that was formatted at `path` ({@link formattedLog}), and returns its records. Everything that is returned
   * is durable by then, also what a dead incarnation wrote and never synced, or what a sync that failed left in the page
   * cache alone (fsyncgate): the last entry is written and synced again, behind itself.
   *
   * Where acknowledged entries are lost the reason is returned, and the file is left as it is, for whoever wants to see it.
   * That goes for a log that is not there, too: a disk that was wiped, or is another's, must not look like a new one.
   */
  static async open(
    host: Host,
    path: string,
  ): Promise<{ readonly log: WriteAheadLog; readonly records: readonly unknown[] } | string> {
    const file = await openIfThere(host, path);
    if (file === undefined) return `${path} is not there: the disk was wiped, or is not this service's`;
    try {
      const bytes = await readWhole(file);
      const contents = readLog(bytes);
      const { records, last, end, damage } = contents;
      if (damage !== undefined || last === undefined) {
        await file.close();
        return `${path}: ${damage ?? "the log is damaged at byte 0, where its format was"}`;
      }
      const log = new WriteAheadLog(host, file, contents, last);
      if (bytes.length !== end) await file.truncate(end);
      await log.#write(last.records);
      await host.disk.syncDirectory(parentOf(path));
      return { log, records };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** How far it is durable. */
  get position(): LogPosition {
    return [this.#mark, this.#number];
  }

  /** Whether everything is still here that was here when the log had come so far. */
  holds([mark, number]: LogPosition): boolean {
    const index = this.#lives.findLastIndex(life => life.mark === mark);
    const life = this.#lives[index];
    // The next life has begun with the last entry that it found.
    return life !== undefined && number <= Math.max(life.last, this.#lives[index + 1]?.first ?? 0);
  }

  /** Takes the record's place in the order now; {@link whenDurable} says when it is durable. */
  append(record: unknown): void {
    this.#batch.push(record);
    if (!this.#flushing) void this.#flush();
  }

  /** Resolves with `value` when everything that was appended before this call is durable; at once when it is already. */
  whenDurable<T>(value: T): T | Promise<T> {
    if (!this.#flushing) return value;
    return new Promise(resolve => this.#waiting.push(() => resolve(value)));
  }

  async #flush(): Promise<void> {
    this.#flushing = true;
    // What the running handler appends besides goes into the same entry.
    await undefined;
    while (this.#batch.length > 0) {
      const batch = this.#batch;
      const waiting = this.#waiting;
      this.#batch = [];
      this.#waiting = [];
      await untilDiskObeys(this.#host, () => this.#write(batch));
      for (const resolve of waiting) resolve();
    }
    this.#flushing = false;
    const readers = this.#waiting;
    this.#waiting = [];
    for (const resolve of readers) resolve();
  }

  /** Nothing was promised about the entry yet, so a second try overwrites the first. */
  async #write(records: readonly unknown[]): Promise<void> {
    const entry = encodeEntry(this.#number + 1, records, this.#mark);
    let written = 0;
    while (written < entry.length) {
      written += (await this.#file.write(entry, written, entry.length - written, this.#end + written)).bytesWritten;
    }
    await this.#file.datasync();
    this.#number++;
    this.#end += entry.length;
    const first = this.#lives.at(-1)?.mark === this.#mark ? this.#lives.pop()!.first : this.#number;
    this.#lives.push({ mark: this.#mark, first, last: this.#number });
  }
}

/** The life of the service that wrote the last entry, and the entry's number: `[mark, number]`. */
export type LogPosition = readonly [mark: number, number: number];

/** Repeats what the disk refuses, with growing pauses. Errors that are not the disk's, and its last one, go on their way. */
export async function untilDiskObeys<T>(host: Host, attempt: () => Promise<T>, triesMax = Infinity): Promise<T> {
  for (let tries = 1, pauseMs = PAUSE_MS_MIN; ; tries++, pauseMs = Math.min(2 * pauseMs, PAUSE_MS_MAX)) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof DiskError) || tries >= triesMax) throw error;
    }
    await pause(host, pauseMs);
  }
}

const PAUSE_MS_MIN = 5;
const PAUSE_MS_MAX = 500;

/** What a service starts from. What the disk does not give for a long while is lost, and the reason is returned. */
export async function unlessUnreadable<T>(host: Host, what: string, read: () => Promise<T>): Promise<T | string> {
  try {
    return await untilDiskObeys(host, read, READS_MAX);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    return `${what} cannot be read: ${error.message}`;
  }
}

/** With their pauses about ten seconds. */
const READS_MAX = 25;

async function openIfThere(host: Host, path: string): Promise<DiskFile | undefined> {
  try {
    return await host.disk.open(path, "r+");
  } catch (error) {
    if (!(error instanceof DiskError) || error.code !== "ENOENT") throw error;
    return undefined;
  }
}

async function readWhole(file: DiskFile): Promise<Uint8Array> {
  const { size } = await file.stat();
  const bytes = new Uint8Array(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await file.read(bytes, filled, size - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
