import { OutcomeError } from "../../host/outcome-error.ts";
import { Unrecoverable } from "../api/unrecoverable.ts";
import type { JobVertex } from "../graph/job-graph.ts";
import { encodeBarrier, encodeChannelEnd } from "../wire/buffer.ts";
import { copyValue } from "./copy-value.ts";
import { OperatorChain, type ChainOwner, type ChainSnapshot } from "./operator-chain.ts";
import { Outputs } from "./outputs.ts";
import { RestoredState } from "./restored-state.ts";
import type { Shuffle } from "./shuffle.ts";
import type { EnumeratorEvent, OperatorSnapshot, RunningTask, StoredFile, TaskEnvironment } from "./task-contract.ts";
import { TaskInput } from "./task-input.ts";

/**
 * One attempt of one subtask: restore, run, take checkpoints, end. It owns the attempt's life and the order of what happens
 * in it; records are the chain's, buffers the input's and the outputs'.
 *
 * All of it runs in the turns of its process, one thing at a time, so it needs no lock; this is its mailbox. Only two things
 * take time: sinks that prepare (the attempt then takes no input, `#suspended`) and uploads (it goes on meanwhile).
 *
 * The end of input (FLIP-147): what was processed last is committed by a checkpoint taken after it. The attempt stays,
 * and passes barriers on, until it knows that such a checkpoint is complete, its commits are done, and its producers ended.
 */
export class Subtask implements RunningTask {
  readonly #environment: TaskEnvironment;
  readonly #vertex: JobVertex;
  readonly #shuffle: Shuffle;
  readonly #name: string;
  readonly #outputs: Outputs;
  readonly #input: TaskInput;
  readonly #stepRecordsMax: number;
  #chain: OperatorChain | undefined;
  #chainClosed: Promise<void> | undefined;
  #phase: "starting" | "running" | "finishing" | "ended" = "starting";
  /** Sinks prepare for the checkpoint: nothing may be processed or emitted. */
  #suspended = false;
  #stepArmed = false;
  /**
   * What came from the job manager while sinks prepared, in its order: the snapshot is still to be taken, and an assignment
   * behind its trigger belongs to the next one.
   */
  #waiting: ({ readonly checkpoint: number; readonly timestampMs: number } | { readonly event: EnumeratorEvent })[] =
    [];
  /** Actions of processing timers that came while suspended. */
  #timersWaiting: (() => void)[] = [];
  #lastCheckpoint = 0;
  #inputDone = false;
  /** First checkpoint that was taken after the end of the input. */
  #finalCheckpoint: number | undefined;
  #finalComplete: number | undefined;
  readonly #step = (): void => this.#takeStep();
  readonly #onStep = (): void => {
    this.#stepArmed = false;
    if (this.#ready()) this.#guarded(this.#step);
  };

  constructor(environment: TaskEnvironment, vertex: JobVertex, shuffle: Shuffle) {
    const { deployment } = environment;
    this.#environment = environment;
    this.#vertex = vertex;
    this.#shuffle = shuffle;
    this.#name = `${deployment.vertex}[${deployment.subtask}]`;
    const { recordCostUs } = environment;
    this.#stepRecordsMax = recordCostUs === 0 ? Infinity : Math.max(1, Math.floor(STEP_WORK_US / recordCostUs));
    this.#outputs = new Outputs(vertex, deployment, shuffle.options.bufferRecordsMax, () => this.#advance());
    this.#input = new TaskInput(deployment, {
      available: () => this.#advance(),
      ready: () => this.#ready(),
      arrived: checkpoint => this.#report("barrier.arrive", checkpoint),
      aligned: (checkpoint, timestampMs) => {
        this.#report("barrier.align", checkpoint);
        this.#beginCheckpoint(checkpoint, timestampMs);
      },
      cancelled: checkpoint => this.#environment.decline(checkpoint, "alignment-cancelled"),
      endOfData: () => this.#endInput(),
      ended: () => this.#producersEnded(),
      lost: cause => this.#fail(new OutcomeError(cause)),
    });
  }

  start(): void {
    const { execution } = this.#environment.deployment;
    this.#shuffle.register(execution, this.#outputs.edges, cause => this.#fail(new OutcomeError(cause)));
    this.#open().catch((error: unknown) => this.#fail(error));
  }

  triggerCheckpoint(checkpoint: number, timestampMs: number): void {
    if (this.#phase === "starting") return this.#environment.decline(checkpoint, "task-not-running");
    if (this.#phase === "finishing") return this.#environment.decline(checkpoint, "task-finishing");
    if (this.#phase !== "running") return;
    // Where producers still run, the barrier comes from them.
    if (this.#chain?.source === undefined && !this.#input.ended) return;
    if (!this.#suspended) return this.#guarded(() => this.#beginCheckpoint(checkpoint, timestampMs));
    // Of triggers only the newest: an older one's checkpoint is over.
    this.#waiting = [...this.#waiting.filter(one => "event" in one), { checkpoint, timestampMs }];
  }

  notifyCheckpointComplete(checkpoint: number): void {
    if (this.#phase !== "running") return;
    this.#report("commit.notify", checkpoint);
    this.#guarded(() => this.#completed(checkpoint));
  }

  notifyCheckpointAborted(checkpoint: number): void {
    if (this.#phase !== "running") return;
    this.#input.abort(checkpoint);
    this.#advance();
  }

  fromCoordinator(_uid: string, event: EnumeratorEvent): void {
    if (this.#suspended) this.#waiting.push({ event });
    else this.#receive(event);
  }

  cancel(): void {
    if (this.#phase === "ended")
      return this.#shuffle.release(this.#environment.deployment.execution, this.#outputs.edges);
    this.#end();
    // What goes wrong while letting go changes nothing: the attempt is over either way.
    void this.#closeChain()
      .catch(() => {})
      .then(() => this.#environment.canceled());
  }

  async #open(): Promise<void> {
    const { deployment } = this.#environment;
    const restored = await RestoredState.load(this.#environment);
    if (this.#isEnded()) return;
    if (deployment.restore.length > 0) this.#report("task.restore", deployment.restoredCheckpoint);
    const chain = new OperatorChain(this.#vertex, this.#outputs, restored, this.#chainOwner());
    this.#chain = chain;
    await chain.open();
    if (this.#isEnded()) return;
    this.#input.open(this.#vertex, deployment, this.#shuffle);
    chain.source?.start();
    if (this.#isEnded()) return;
    this.#phase = "running";
    this.#report("task.running");
    this.#environment.running();
    this.#advance();
  }

  #chainOwner(): ChainOwner {
    return {
      environment: this.#environment,
      clock: {
        now: () => this.#environment.host.clock.now(),
        timer: (delayMs, fire) => this.#environment.host.timer(delayMs, () => this.#onTimer(fire)),
      },
      report: (event, checkpoint) => this.#report(event, checkpoint),
      available: () => this.#advance(),
      settled: () => this.#guarded(() => this.#finishIfThrough()),
      fail: cause => this.#fail(cause),
    };
  }

  /** Whether a record may be processed now. */
  #ready(): boolean {
    return this.#phase === "running" && !this.#suspended && this.#outputs.writable && this.#chain!.writable();
  }

  /**
   * Asks for a step in a turn of its own. A step takes one buffer, or one poll of a source, and of dear records only a
   * few: heartbeats, triggers, splits and the process's other subtasks get in between, however much input waits.
   */
  #advance(): void {
    if (this.#stepArmed || !this.#ready()) return;
    this.#stepArmed = true;
    this.#environment.host.timer(0, this.#onStep);
  }

  #takeStep(): void {
    const { source, input } = this.#chain!;
    if (source !== undefined) return this.#poll(source);
    const { records, more } = this.#input.drive(input, this.#stepRecordsMax);
    this.#worked(records);
    if (more) this.#advance();
  }

  #poll(source: NonNullable<OperatorChain["source"]>): void {
    if (this.#inputDone) return;
    const { status, records } = source.poll(Math.min(this.#shuffle.options.bufferRecordsMax, this.#stepRecordsMax));
    this.#worked(records);
    if (status === "end") this.#endInput();
    else if (status === "more") this.#advance();
  }

  #worked(records: number): void {
    this.#outputs.flush();
    const costUs = records * this.#environment.recordCostUs;
    if (costUs > 0) this.#environment.host.work(costUs);
  }

  #receive(event: EnumeratorEvent): void {
    if (this.#phase !== "running") return;
    this.#guarded(() => this.#chain?.source?.receive(event));
    this.#advance();
  }

  /** Behind the end of the input none fires: its results would follow what has been told to be the last (as in Flink). */
  #onTimer(fire: () => void): void {
    if (this.#phase !== "running" || this.#inputDone) return;
    if (this.#suspended) return void this.#timersWaiting.push(fire);
    this.#guarded(fire);
    this.#worked(1);
  }

  /** Every barrier is in (or the source was triggered): sinks prepare, then the snapshot is taken. */
  #beginCheckpoint(checkpoint: number, timestampMs: number): void {
    if (checkpoint <= this.#lastCheckpoint) return;
    this.#lastCheckpoint = checkpoint;
    const prepared = this.#chain!.prepareSnapshot(checkpoint);
    if (prepared === undefined) return this.#snapshot(checkpoint, timestampMs);
    this.#suspend(prepared, () => this.#snapshot(checkpoint, timestampMs));
  }

  #suspend(prepared: Promise<void>, then: () => void): void {
    this.#suspended = true;
    prepared.then(
      () => {
        if (this.#isEnded()) return;
        this.#suspended = false;
        this.#guarded(then);
        this.#resume();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #resume(): void {
    const timers = this.#timersWaiting;
    this.#timersWaiting = [];
    for (const fire of timers) this.#onTimer(fire);
    while (!this.#suspended) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      if ("event" in next) this.#receive(next.event);
      else this.triggerCheckpoint(next.checkpoint, next.timestampMs);
    }
    this.#advance();
  }

  /** The barrier goes on before anything else is emitted; the state is copied now and uploaded later. */
  #snapshot(checkpoint: number, timestampMs: number): void {
    this.#outputs.broadcast("barrier", encodeBarrier({ checkpoint, timestampMs }));
    const finished = this.#inputDone;
    if (finished) this.#finalCheckpoint ??= checkpoint;
    const { operators, file } = this.#chain!.snapshot(checkpoint);
    const copied = copyValue(operators) as ChainSnapshot["operators"];
    this.#report("snapshot.sync", checkpoint);
    if (file === undefined) return this.#acknowledge(checkpoint, [], copied, finished);
    const { execution } = this.#environment.deployment;
    this.#environment.storage.write(`chk-${checkpoint}/${execution}.state`, file).then(
      stored => {
        if (this.#isEnded()) return;
        this.#report("snapshot.upload", checkpoint);
        this.#acknowledge(checkpoint, [stored], copied, finished);
      },
      () => {
        if (!this.#isEnded()) this.#environment.decline(checkpoint, "snapshot-failed");
      },
    );
  }

  #acknowledge(
    checkpoint: number,
    files: readonly StoredFile[],
    operators: readonly OperatorSnapshot[],
    finished: boolean,
  ): void {
    const { vertex, subtask, parallelism } = this.#environment.deployment;
    this.#report("checkpoint.ack", checkpoint);
    this.#environment.acknowledge(checkpoint, { vertex, subtask, parallelism, files, operators, finished });
  }

  #completed(checkpoint: number): void {
    this.#chain!.notifyComplete(checkpoint);
    if (this.#finalCheckpoint === undefined || checkpoint < this.#finalCheckpoint) return;
    this.#finalComplete = Math.max(this.#finalComplete ?? 0, checkpoint);
    this.#finishIfThrough();
  }

  /** No record follows: the chain's last results go out, and the consumers are told. */
  #endInput(): void {
    const chain = this.#chain!;
    if (chain.source !== undefined) chain.source.end();
    chain.endInput();
    this.#outputs.broadcast("end-of-data", nothing);
    this.#inputDone = true;
    this.#environment.endOfData();
    if (!this.#vertex.checkpointed) this.#commitWithoutCheckpoint(chain);
  }

  /** A job without checkpoints commits at its end what its sinks have written. */
  #commitWithoutCheckpoint(chain: OperatorChain): void {
    const done = (): void => {
      this.#finalComplete = 0;
      chain.notifyComplete(Number.MAX_SAFE_INTEGER);
      this.#finishIfThrough();
    };
    const prepared = chain.prepareSnapshot(0);
    if (prepared === undefined) done();
    else this.#suspend(prepared, done);
  }

  #producersEnded(): void {
    // A producer ends when it knows that its final checkpoint is complete: that is news for its consumer, too.
    const completed = this.#input.completedByProducers;
    if (completed > 0) this.#completed(completed);
    this.#finishIfThrough();
  }

  #finishIfThrough(): void {
    const chain = this.#chain!;
    if (this.#phase !== "running" || this.#finalComplete === undefined || !chain.committed()) return;
    if (chain.source === undefined && !this.#input.ended) return;
    this.#phase = "finishing";
    this.#closeChain().then(
      () => {
        if (this.#isEnded()) return;
        this.#outputs.broadcast("end-of-channel", encodeChannelEnd({ completed: this.#finalComplete ?? 0 }));
        this.#phase = "ended";
        this.#input.close();
        this.#report("task.finished");
        this.#environment.finished();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  /** What an author's function, or the wire, does wrong is this attempt's failure and nobody else's. */
  #guarded(action: () => void): void {
    if (this.#isEnded()) return;
    try {
      action();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(cause: unknown): void {
    if (this.#isEnded()) return;
    this.#end();
    void this.#closeChain().catch(() => {});
    this.#report("task.failed");
    const said = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    this.#environment.failed(said, cause instanceof Unrecoverable);
  }

  /** Once, whoever asks first: the end of the input, a failure, or a cancel in the middle of either. */
  #closeChain(): Promise<void> {
    return (this.#chainClosed ??= this.#chain?.close() ?? Promise.resolve());
  }

  #end(): void {
    this.#phase = "ended";
    this.#input.close();
    this.#shuffle.release(this.#environment.deployment.execution, this.#outputs.edges);
  }

  #isEnded(): boolean {
    return this.#phase === "ended";
  }

  #report(event: string, checkpoint?: number): void {
    const { attempt } = this.#environment.deployment;
    this.#environment.host.emit(
      checkpoint === undefined
        ? { event, subtask: this.#name, attempt }
        : { event, subtask: this.#name, attempt, checkpoint },
    );
  }
}

const nothing = new Uint8Array(0);
/** A tenth of the shortest heartbeat interval that makes sense: a dozen busy subtasks in one process still answer in time. */
const STEP_WORK_US = 20_000;
