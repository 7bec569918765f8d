import type { Committable, Sink, SinkCommitter, SinkContext, SinkWriter } from "../../api/sink.ts";
import type { Origin } from "../../api/source.ts";
import type { StreamOperator } from "../operator.ts";
import type { OperatorSnapshot } from "../task-contract.ts";
import { PendingCommits, type EpochCommittables } from "./pending-commits.ts";

/**
 * Writer and committer of a sink in one operator. It owns the two-phase protocol: what was written is prepared before the
 * barrier goes on, stands in every snapshot until it is known to be committed, and is committed once a checkpoint that
 * holds it is complete (also work of older checkpoints that were aborted).
 */
export class SinkOperator implements StreamOperator {
  readonly uid: string;
  readonly #writer: SinkWriter<unknown>;
  readonly #committer: SinkCommitter | undefined;
  readonly #pending: PendingCommits | undefined;
  readonly #restored: readonly EpochCommittables[];
  readonly #context: SinkContext;
  readonly #report: (event: "sink.precommit" | "sink.commit", checkpoint: number) => void;

  constructor(options: SinkOperatorOptions) {
    this.uid = options.uid;
    this.#context = options.context;
    this.#restored = options.restored;
    this.#report = options.report;
    this.#writer = options.sink.createWriter(options.context);
    this.#committer = options.sink.createCommitter?.(options.context);
    if (this.#committer === undefined) return;
    this.#pending = new PendingCommits({
      host: options.context.host,
      committer: this.#committer,
      committing: checkpoint => this.#report("sink.commit", checkpoint),
      settled: options.settled,
    });
  }

  /**
   * What the restored checkpoint holds is committed before anything new is written. An attempt that is cancelled meanwhile
   * opens no writer: that one would take for garbage what is not committed yet.
   */
  async open(): Promise<void> {
    if (this.#pending !== undefined && this.#restored.length > 0) {
      for (const { checkpoint, items } of this.#restored) this.#pending.add(checkpoint, items);
      const newest = Math.max(...this.#restored.map(({ checkpoint }) => checkpoint));
      if ((await this.#pending.commitUpTo(newest)) === "closed") return;
    }
    await this.#writer.open?.();
  }

  process(value: unknown, timestampMs: number | undefined, origin: Origin | undefined): void {
    this.#writer.write(value, { timestampMs, origin });
  }

  watermark(): void {}

  writable(): boolean {
    return this.#writer.writable?.() ?? true;
  }

  async prepareSnapshot(checkpoint: number): Promise<void> {
    this.#report("sink.precommit", checkpoint);
    const items: readonly Committable[] = await this.#writer.prepareCommit(checkpoint);
    if (items.length > 0) this.#pending?.add(checkpoint, items);
  }

  snapshot(): OperatorSnapshot {
    const committables = this.#pending?.list() ?? [];
    return committables.length === 0 ? { uid: this.uid } : { uid: this.uid, committables };
  }

  notifyComplete(checkpoint: number): void {
    this.#pending?.commitUpTo(checkpoint).catch((error: unknown) => this.#context.fail(error));
  }

  committed(): boolean {
    return this.#pending?.empty ?? true;
  }

  async close(): Promise<void> {
    this.#pending?.close();
    this.#committer?.close?.();
    await this.#writer.close();
  }
}

export interface SinkOperatorOptions {
  readonly uid: string;
  readonly sink: Sink<unknown>;
  readonly context: SinkContext;
  readonly restored: readonly EpochCommittables[];
  readonly report: (event: "sink.precommit" | "sink.commit", checkpoint: number) => void;
  /** Everything that was to be committed is. */
  readonly settled: () => void;
}
