import type { Origin } from "../api/source.ts";
import type { StateFileWriter } from "../state/state-file.ts";
import type { OperatorSnapshot } from "./task-contract.ts";

/**
 * What a subtask asks of each operator in its chain. Records and watermarks are handled synchronously; only what speaks
 * to the outside (a sink's prepare and commit) may take time, and the subtask takes no input meanwhile.
 */
export interface StreamOperator extends RecordInput {
  readonly uid: string;
  /** Before the first record; state is restored already. */
  open?(): Promise<void> | void;
  /** All input has been processed; results that were held back are emitted now. */
  endInput?(): void;
  /** False while it cannot take records. */
  writable?(): boolean;
  /** Makes what was processed so far ready for the checkpoint, before its barrier is sent on. */
  prepareSnapshot?(checkpoint: number): Promise<void>;
  /** The synchronous part: nothing that happens afterwards may show in the result. */
  snapshot?(checkpoint: number, file: StateFileWriter): OperatorSnapshot;
  notifyComplete?(checkpoint: number): void;
  /** False while work of completed checkpoints is not yet committed. */
  committed?(): boolean;
  /** Lets go of everything, whatever the state. */
  close?(): Promise<void> | void;
}

export interface RecordInput {
  process(value: unknown, timestampMs: number | undefined, origin: Origin | undefined): void;
  watermark(watermarkMs: number): void;
}

/** Where an operator's results go. */
export interface RecordOutput {
  emit(value: unknown, timestampMs: number | undefined, origin: Origin | undefined): void;
  watermark(watermarkMs: number): void;
}
