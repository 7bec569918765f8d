import type { Host } from "../../host/host.ts";
import type { ClusterServices } from "../api/cluster-services.ts";
import type { Source, SplitEnumerator } from "../api/source.ts";
import { Unrecoverable } from "../api/unrecoverable.ts";
import type { EnumeratorSnapshot } from "../checkpoint/metadata.ts";
import { copyValue } from "../task/copy-value.ts";
import type { EnumeratorEvent, ReaderEvent } from "../task/task-contract.ts";

/**
 * Hosts one source's enumerator for one attempt of the job. It owns the line between assignments that belong to a
 * checkpoint and those behind it; what is assigned to whom is the author's enumerator's business.
 *
 * To snapshot, the state is taken and the gate closes in one step: what the enumerator assigns from then on waits, and the
 * triggers wait until every event that was sent before is known to have arrived. The gate opens again behind the triggers,
 * which travel on the same connection as the events. So an assignment from before the enumerator's snapshot is in the
 * reader's, one from after it is not (SO-2; Flink's OperatorCoordinatorHolder). An event whose arrival is not known fails
 * the attempt, and with it the checkpoint.
 */
export class SourceCoordinator {
  readonly uid: string;
  readonly vertex: string;
  readonly #enumerator: SplitEnumerator<unknown>;
  readonly #deliver: (subtask: number, event: EnumeratorEvent) => Promise<void>;
  readonly #fail: (cause: string, forGood: boolean) => void;
  readonly #readers: number[] = [];
  readonly #held: (() => void)[] = [];
  #gateClosed = false;
  #inFlight = 0;
  #drained: (() => void)[] = [];
  #closed = false;

  constructor(options: SourceCoordinatorOptions) {
    this.uid = options.uid;
    this.vertex = options.vertex;
    this.#deliver = options.deliver;
    this.#fail = options.fail;
    const context = {
      host: options.host,
      services: options.services,
      parallelism: options.parallelism,
      readers: () => this.#readers,
      assign: (subtask: number, splits: readonly unknown[]) => this.#send(subtask, { kind: "assign-splits", splits }),
      noMoreSplits: (subtask: number) => this.#send(subtask, { kind: "no-more-splits" }),
      fail: (cause: unknown) => this.#failed(cause),
    };
    this.#enumerator = options.source.createEnumerator(context, options.restored?.state);
  }

  start(): void {
    this.#guarded(() => this.#enumerator.start());
  }

  /** The subtask's reader runs; called once for each subtask of the attempt. */
  addReader(subtask: number): void {
    this.#readers.push(subtask);
    this.#guarded(() => this.#enumerator.addReader(subtask));
  }

  receive(subtask: number, event: ReaderEvent): void {
    switch (event.kind) {
      case "request-split":
        return this.#guarded(() => this.#enumerator.requestSplit?.(subtask));
    }
  }

  async snapshot(checkpoint: number): Promise<EnumeratorSnapshot> {
    this.#gateClosed = true;
    // A copy: the enumerator goes on, and may change what it has given.
    const state = copyValue(this.#enumerator.snapshotState(checkpoint));
    if (this.#inFlight > 0) await new Promise<void>(resolve => this.#drained.push(resolve));
    return { uid: this.uid, state };
  }

  /** The triggers are under way, or the checkpoint was aborted. */
  openGate(): void {
    this.#gateClosed = false;
    for (const send of this.#held.splice(0)) send();
  }

  notifyComplete(checkpoint: number): void {
    this.#guarded(() => this.#enumerator.notifyCheckpointComplete?.(checkpoint));
  }

  close(): void {
    this.#closed = true;
    this.#held.length = 0;
    this.#enumerator.close();
  }

  #send(subtask: number, event: EnumeratorEvent): void {
    if (this.#closed) return;
    if (this.#gateClosed) this.#held.push(() => this.#transmit(subtask, event));
    else this.#transmit(subtask, event);
  }

  #transmit(subtask: number, event: EnumeratorEvent): void {
    this.#inFlight++;
    this.#deliver(subtask, event).then(
      () => {
        if (--this.#inFlight === 0) for (const resolve of this.#drained.splice(0)) resolve();
      },
      (error: unknown) => this.#failed(`${event.kind} to ${this.vertex}[${subtask}] may be lost: ${String(error)}`),
    );
  }

  /** The author's enumerator runs in the job manager's process: what it throws fails the job, not the process. */
  #guarded(call: () => void): void {
    if (this.#closed) return;
    try {
      call();
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(cause: unknown): void {
    if (this.#closed) return;
    const said = cause instanceof Error ? cause.message : String(cause);
    this.#fail(`source ${this.uid}: ${said}`, cause instanceof Unrecoverable);
  }
}

export interface SourceCoordinatorOptions {
  readonly host: Host;
  readonly services: ClusterServices;
  readonly source: Source<unknown>;
  readonly uid: string;
  readonly vertex: string;
  readonly parallelism: number;
  readonly restored: EnumeratorSnapshot | undefined;
  /** Resolves when the reader of the running attempt has the event. */
  readonly deliver: (subtask: number, event: EnumeratorEvent) => Promise<void>;
  readonly fail: (cause: string, forGood: boolean) => void;
}
