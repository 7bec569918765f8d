import type { JobVertex } from "../graph/job-graph.ts";
import { decodeBarrier, decodeChannelEnd, WireError } from "../wire/buffer.ts";
import { RecordBufferReader } from "../wire/record-buffer-reader.ts";
import { type Alignment, BarrierAligner } from "./barrier-aligner.ts";
import type { InputChannel } from "./input-channel.ts";
import { InputGate, type ReceivedBuffer } from "./input-gate.ts";
import type { RecordInput } from "./operator.ts";
import type { Shuffle } from "./shuffle.ts";
import type { TaskDeployment } from "./task-contract.ts";
import { WatermarkValve } from "./watermark-valve.ts";

/**
 * All that one subtask reads: its channels, and what their buffers mean. It owns what is taken next and when a channel,
 * a barrier or the input as a whole is through; what follows from that is the subtask's.
 *
 * One `drive` handles at most one buffer of records and what stands before it, as far as the subtask is ready.
 */
export class TaskInput {
  readonly #listener: TaskInputListener;
  readonly #gate: InputGate;
  readonly #aligner: BarrierAligner;
  readonly #valve: WatermarkValve;
  readonly #channels: InputChannel[] = [];
  readonly #count: number;
  readonly #endOfData = new Set<number>();
  #completed = 0;
  #timestampMs = 0;
  /** The buffer that is being read; no other is taken before its end. */
  #reading: { readonly channel: number; readonly reader: RecordBufferReader } | undefined;

  constructor(deployment: TaskDeployment, listener: TaskInputListener) {
    this.#listener = listener;
    this.#count = deployment.inputs.reduce((sum, input) => sum + input.channels.length, 0);
    this.#gate = new InputGate(this.#count);
    this.#aligner = new BarrierAligner(this.#count);
    this.#valve = new WatermarkValve(this.#count);
  }

  /** Nothing more will come on any channel. */
  get ended(): boolean {
    return this.#aligner.endedChannels === this.#count;
  }

  /** The newest checkpoint that the producers know to be complete. */
  get completedByProducers(): number {
    return this.#completed;
  }

  open(vertex: JobVertex, deployment: TaskDeployment, shuffle: Shuffle): void {
    for (const [i, input] of deployment.inputs.entries()) {
      const edge = vertex.inputs[i]?.id;
      if (edge !== input.edge)
        throw new Error(
          `${deployment.execution}: its edge ${i} is ${edge ?? "not there"}, but it was deployed with ${input.edge}.`,
        );
      for (const { producer, address } of input.channels) {
        const channel = this.#channels.length;
        this.#channels.push(
          shuffle.open({ edge, producer, consumer: deployment.execution }, address, {
            receive: (kind, payload) => {
              this.#gate.put(channel, kind, payload);
              this.#listener.available();
            },
            lost: cause => this.#listener.lost(cause),
          }),
        );
      }
    }
  }

  /** Gives the number of records that were processed, at most `recordsMax`, and whether something is left to take now. */
  drive(head: RecordInput, recordsMax: number): { readonly records: number; readonly more: boolean } {
    let records = 0;
    while (this.#listener.ready()) {
      if (this.#reading === undefined) {
        const buffer = this.#gate.take();
        if (buffer === undefined) break;
        this.#accept(buffer, head);
        continue;
      }
      const { reader, channel } = this.#reading;
      if (!reader.next()) {
        this.#reading = undefined;
        this.#channels[channel]!.consumed();
        return { records, more: this.#gate.mayTake };
      } else if (reader.kind === "record") {
        head.process(reader.value, reader.timestampMs, reader.origin);
        if (++records === recordsMax) return { records, more: true };
      } else this.#advance(channel, reader.watermarkMs, head);
    }
    return { records, more: false };
  }

  /** The checkpoint will not be: its barriers hold nobody any more. */
  abort(checkpoint: number): void {
    if (this.#aligner.abort(checkpoint)) this.#gate.unblockAll();
  }

  close(): void {
    this.#gate.clear();
    this.#reading = undefined;
    for (const channel of this.#channels) channel.close();
  }

  #accept({ channel, kind, payload }: ReceivedBuffer, head: RecordInput): void {
    switch (kind) {
      case "records":
        this.#reading = { channel, reader: new RecordBufferReader(payload) };
        return;
      case "barrier": {
        const { checkpoint, timestampMs } = decodeBarrier(payload);
        const alignment = this.#aligner.barrier(channel, checkpoint);
        if (alignment.kind !== "void") this.#timestampMs = timestampMs;
        return this.#aligned(channel, alignment);
      }
      case "end-of-data":
        this.#endOfData.add(channel);
        this.#advance(channel, Infinity, head);
        if (this.#endOfData.size === this.#count) this.#listener.endOfData();
        return;
      case "end-of-channel":
        if (!this.#endOfData.has(channel)) throw new WireError("a channel ended before its data did");
        this.#completed = Math.max(this.#completed, decodeChannelEnd(payload).completed);
        this.#aligned(channel, this.#aligner.end(channel));
        if (this.ended) this.#listener.ended();
    }
  }

  #aligned(channel: number, alignment: Alignment): void {
    if (alignment.kind === "void") return;
    if (alignment.cancelled !== undefined) {
      this.#gate.unblockAll();
      this.#listener.cancelled(alignment.cancelled);
    }
    if (alignment.first) this.#listener.arrived(alignment.checkpoint);
    if (alignment.kind === "waiting") {
      if (this.#aligner.blocked(channel)) this.#gate.block(channel);
      return;
    }
    this.#gate.unblockAll();
    this.#listener.aligned(alignment.checkpoint, this.#timestampMs);
  }

  #advance(channel: number, watermarkMs: number, head: RecordInput): void {
    const advanced = this.#valve.advance(channel, watermarkMs);
    if (advanced !== undefined) head.watermark(advanced);
  }
}

/** What the input says to its subtask. */
export interface TaskInputListener {
  /** Something came. */
  available(): void;
  /** Whether the subtask takes a record now. */
  ready(): boolean;
  arrived(checkpoint: number): void;
  aligned(checkpoint: number, timestampMs: number): void;
  cancelled(checkpoint: number): void;
  /** Every producer has emitted its last record. */
  endOfData(): void;
  /** Every channel has ended. */
  ended(): void;
  lost(cause: string): void;
}
