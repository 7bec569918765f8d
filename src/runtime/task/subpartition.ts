import type { Origin } from "../api/source.ts";
import type { BufferKind } from "../wire/buffer.ts";
import { RecordBufferWriter } from "../wire/record-buffer-writer.ts";

/**
 * What one subtask sends to one consumer: the buffer being filled, the finished ones that wait for credit, and the events
 * between them. It owns order and credit; the network behind the view is the shuffle's.
 *
 * Order is that of the calls, always. A buffer of records takes one credit, which the consumer gives; an event takes none,
 * so that a barrier leaves even when no record may (it still does not overtake the records before it).
 */
export class Subpartition {
  readonly #bufferRecordsMax: number;
  readonly #writability: Writability;
  readonly #filling = new RecordBufferWriter();
  #queue: QueuedBuffer[] = [];
  #recordBuffersQueued = 0;
  #credits = 0;
  #view: SubpartitionView | undefined;
  #state: "open" | "released" = "open";
  #full = false;

  constructor(bufferRecordsMax: number, writability: Writability) {
    this.#bufferRecordsMax = bufferRecordsMax;
    this.#writability = writability;
  }

  /** Buffers of records that wait, the one being filled not counted. */
  get queuedBuffers(): number {
    return this.#recordBuffersQueued;
  }

  get released(): boolean {
    return this.#state === "released";
  }

  record(value: unknown, timestampMs: number | undefined, origin: Origin | undefined): void {
    if (this.#state === "released") return;
    this.#filling.record(value, timestampMs, origin);
    if (this.#filling.records >= this.#bufferRecordsMax) {
      this.#seal();
      this.#pump();
    }
  }

  watermark(watermarkMs: number): void {
    if (this.#state === "open") this.#filling.watermark(watermarkMs);
  }

  event(kind: Exclude<BufferKind, "records">, payload: Uint8Array): void {
    if (this.#state === "released") return;
    this.#seal();
    this.#queue.push({ kind, payload });
    this.#pump();
  }

  /** Sends the buffer being filled if there is credit for it; without credit it goes on being filled. */
  flush(): void {
    if (this.#filling.empty || this.#queue.length > 0 || this.#credits === 0 || this.#view === undefined) return;
    this.#seal();
    this.#pump();
  }

  /** The consumer is there; a subpartition has one consumer in its life. */
  attach(view: SubpartitionView, credits: number): void {
    this.#view = view;
    this.grant(credits);
  }

  get attached(): boolean {
    return this.#view !== undefined;
  }

  grant(credits: number): void {
    this.#credits += credits;
    this.#pump();
    this.flush();
  }

  /** Drops what waits; what is written from now on goes nowhere. */
  release(): void {
    if (this.#state === "released") return;
    this.#state = "released";
    this.#view = undefined;
    this.#queue = [];
    this.#recordBuffersQueued = 0;
    this.#updateFull();
  }

  #seal(): void {
    if (this.#filling.empty) return;
    this.#queue.push({ kind: "records", payload: this.#filling.take() });
    this.#recordBuffersQueued++;
    this.#updateFull();
  }

  #pump(): void {
    const view = this.#view;
    if (view === undefined) return;
    let sent = 0;
    for (; sent < this.#queue.length; sent++) {
      const { kind, payload } = this.#queue[sent]!;
      if (kind === "records") {
        if (this.#credits === 0) break;
        this.#credits--;
        this.#recordBuffersQueued--;
      }
      view.send(kind, payload);
    }
    if (sent === 0) return;
    this.#queue = sent === this.#queue.length ? [] : this.#queue.slice(sent);
    this.#updateFull();
  }

  #updateFull(): void {
    const full = this.#recordBuffersQueued >= QUEUED_BUFFERS_MAX;
    if (full === this.#full) return;
    this.#full = full;
    this.#writability.changed(full);
  }
}

/** Where a subpartition sends: a connection, or a consumer in the same process. It must not call back. */
export interface SubpartitionView {
  send(kind: BufferKind, payload: Uint8Array): void;
}

interface QueuedBuffer {
  readonly kind: BufferKind;
  readonly payload: Uint8Array;
}

/** One on its way while the next is being filled; a third would only add memory. */
const QUEUED_BUFFERS_MAX = 2;

/** Counts the full subpartitions of a subtask, and says when the last of them has room again. */
export class Writability {
  readonly #onWritable: () => void;
  #full = 0;

  constructor(onWritable: () => void) {
    this.#onWritable = onWritable;
  }

  get writable(): boolean {
    return this.#full === 0;
  }

  changed(full: boolean): void {
    this.#full += full ? 1 : -1;
    if (this.#full === 0) this.#onWritable();
  }
}
