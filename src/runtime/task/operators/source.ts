import type { Origin, ReaderContext, Source, SourceReader } from "../../api/source.ts";
import type { WatermarkGenerator, WatermarkStrategy } from "../../api/watermarks.ts";
import type { RecordOutput } from "../operator.ts";
import type { EnumeratorEvent, OperatorSnapshot } from "../task-contract.ts";

/**
 * A source's reader in its subtask: splits in, records out, positions in the snapshot. It owns the reader and the event
 * time that its records carry; when it is polled is the subtask's decision.
 */
export class SourceOperator {
  readonly uid: string;
  readonly #reader: SourceReader<unknown, unknown>;
  readonly #out: RecordOutput;
  readonly #timestampOf: ((record: unknown) => number) | undefined;
  readonly #generator: WatermarkGenerator;
  readonly #firstRecord: () => void;
  #watermarkMs = -Infinity;
  #emitted = 0;
  #emittedBefore = false;
  readonly #output = {
    emit: (record: unknown, timestampMs: number | undefined, origin: Origin): void =>
      this.#emit(record, timestampMs, origin),
  };

  constructor(options: SourceOperatorOptions) {
    this.uid = options.uid;
    this.#reader = options.source.createReader(options.context);
    this.#out = options.out;
    this.#timestampOf = options.watermarks.timestampOf;
    this.#generator = options.watermarks.createGenerator();
    this.#firstRecord = options.firstRecord;
    if (options.restoredSplits.length > 0) this.#reader.addSplits(options.restoredSplits);
  }

  start(): void {
    this.#reader.start();
  }

  /** Emits at most `recordsMax` records, and the watermark that they allow. */
  poll(recordsMax: number): { readonly status: "more" | "nothing" | "end"; readonly records: number } {
    const before = this.#emitted;
    const status = this.#reader.poll(this.#output, recordsMax);
    const watermarkMs = this.#generator.currentMs();
    if (watermarkMs > this.#watermarkMs) {
      this.#watermarkMs = watermarkMs;
      this.#out.watermark(watermarkMs);
    }
    return { status, records: this.#emitted - before };
  }

  /** No record follows: event time is over. */
  end(): void {
    this.#out.watermark(Infinity);
  }

  receive(event: EnumeratorEvent): void {
    switch (event.kind) {
      case "assign-splits":
        return this.#reader.addSplits(event.splits);
      case "no-more-splits":
        return this.#reader.noMoreSplits();
    }
  }

  snapshot(checkpoint: number): OperatorSnapshot {
    return { uid: this.uid, splits: this.#reader.snapshotState(checkpoint) };
  }

  notifyComplete(checkpoint: number): void {
    this.#reader.notifyCheckpointComplete?.(checkpoint);
  }

  close(): void {
    this.#reader.close();
  }

  #emit(record: unknown, sourceTimestampMs: number | undefined, origin: Origin): void {
    const timestampMs = this.#timestampOf === undefined ? sourceTimestampMs : this.#timestampOf(record);
    if (timestampMs !== undefined) this.#generator.observe(timestampMs);
    this.#emitted++;
    if (!this.#emittedBefore) {
      this.#emittedBefore = true;
      this.#firstRecord();
    }
    this.#out.emit(record, timestampMs, origin);
  }
}

export interface SourceOperatorOptions {
  readonly uid: string;
  readonly source: Source<unknown>;
  readonly watermarks: WatermarkStrategy<unknown>;
  readonly context: ReaderContext;
  /** Splits of the restored checkpoint, each with its next position. */
  readonly restoredSplits: readonly unknown[];
  readonly firstRecord: () => void;
  readonly out: RecordOutput;
}
