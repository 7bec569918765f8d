import { DiskError } from "../../host/disk.ts";
import type { Host } from "../../host/host.ts";
import { pause } from "../../host/pause.ts";
import { text } from "../checkpoint/plain-data.ts";
import type {
  Committable,
  CommitOutcome,
  Sink,
  SinkCommitter,
  SinkContext,
  SinkWriter,
  WriteContext,
} from "../api/sink.ts";
import type { FileFormat } from "./file-format.ts";
import { parsePartName, partName } from "./part-name.ts";
import { openPartStore, type PartStore } from "./part-store.ts";
import { refuseLostCommits } from "./refuse-lost-commits.ts";
import { isUnanswered, unlessLost, untilKnown } from "./until-known.ts";

/**
 * Writes part files, exactly once: what an epoch wrote is one part for each subtask, prepared with the checkpoint and
 * visible once it is complete. `file:` names the host's own disk, so all workers of such a job share one machine;
 * `dfs:` the replicated file store. Sorted by name, parts keep each key's order.
 */
export function fileSink<T>(options: FileSinkOptions<T>): FileSink<T> {
  const { path, format } = options;
  if (!/^(dfs|file):\/\/\/.*[^/]$/.test(path))
    throw new Error(`fileSink writes to file:///folder or dfs:///folder; got ${JSON.stringify(path)}.`);
  return {
    kind: `file/${format.extension}`,
    path,
    format,
    createWriter: context => new FileWriter(openPartStore(path, context.host, context.services), format, context),
    createCommitter: context => new FileCommitter(openPartStore(path, context.host, context.services)),
  };
}

/** Where it writes, and what, is open to whoever interprets the job without running it. */
export interface FileSink<T> extends Sink<T> {
  readonly kind: `file/${string}`;
  readonly path: string;
  readonly format: FileFormat<T>;
}

export interface FileSinkOptions<T> {
  readonly path: string;
  /** `jsonLines()`, or an author's own. */
  readonly format: FileFormat<T>;
}

/** An epoch's records wait in memory, at most as many as the source reads between two checkpoints. */
class FileWriter<T> implements SinkWriter<T> {
  readonly #parts: PartStore;
  readonly #format: FileFormat<T>;
  readonly #context: SinkContext;
  readonly #host: Host;
  #records: string[] = [];
  /** The last checkpoint that ended an epoch. */
  #after: number;
  #closed = false;

  constructor(parts: PartStore, format: FileFormat<T>, context: SinkContext) {
    this.#parts = parts;
    this.#format = format;
    this.#context = context;
    this.#host = context.host;
    this.#after = context.restoredCheckpoint;
  }

  async open(): Promise<void> {
    const { operator, attempt, subtask, parallelism, restoredCheckpoint } = this.#context;
    const { pending, committed } = await this.#known(() => this.#parts.list());
    refuseLostCommits(
      committed.flatMap(name => {
        const part = parsePartName(operator, name);
        return part === undefined ? [] : [{ name, after: part.after }];
      }),
      restoredCheckpoint,
    );
    const left = pending.filter(name => {
      const part = parsePartName(operator, name);
      return part !== undefined && part.generation < attempt && part.subtask % parallelism === subtask;
    });
    // Nobody sees them and nobody can commit them: that a storage node is away for good must not keep the job.
    void this.#sweep(left).catch((error: unknown) => {
      if (!this.#closed) this.#context.fail(error);
    });
  }

  write(record: T, context: WriteContext): void {
    this.#records.push(this.#format.encode(record, context));
  }

  async prepareCommit(checkpoint: number): Promise<readonly Committable[]> {
    const after = this.#after;
    this.#after = checkpoint;
    if (this.#records.length === 0) return [];
    const { operator, attempt: generation, subtask } = this.#context;
    const bytes = new TextEncoder().encode(this.#records.join(""));
    const name = partName(operator, { generation, subtask, after }, this.#format.extension);
    this.#records = [];
    await this.#known(() => this.#parts.prepare(name, bytes));
    return [name];
  }

  close(): void {
    this.#closed = true;
    this.#parts.close();
  }

  async #sweep(names: readonly string[]): Promise<void> {
    let left = names;
    for (let delayMs = SWEEP_MS_MIN; left.length > 0 && !this.#closed; delayMs = Math.min(2 * delayMs, SWEEP_MS_MAX)) {
      left = await this.#parts.discard(left);
      if (left.length > 0) await pause(this.#host, delayMs);
    }
  }

  #known<R>(ask: () => Promise<R>): Promise<R> {
    return untilKnown(this.#host, () => !this.#closed, ask);
  }
}

/** Garbage is not urgent, and a node that was away is soon back. */
const SWEEP_MS_MIN = 200;
const SWEEP_MS_MAX = 5_000;

class FileCommitter implements SinkCommitter {
  readonly #parts: PartStore;

  constructor(parts: PartStore) {
    this.#parts = parts;
  }

  async commit(committable: Committable): Promise<CommitOutcome> {
    try {
      return await this.#parts.commit(text(committable, "committable"));
    } catch (error) {
      if (isUnanswered(error) || error instanceof DiskError) return "unknown";
      throw unlessLost(error);
    }
  }

  close(): void {
    this.#parts.close();
  }
}
