import type { Host, Timer } from "../../host/host.ts";
import { pause } from "../../host/pause.ts";
import { RpcError, RpcFault } from "../../rpc/rpc-error.ts";
import type { ClusterServices } from "../api/cluster-services.ts";
import type { CheckpointStore } from "../checkpoint/checkpoint-store.ts";
import { CheckpointCoordinator, type CheckpointedJob, type CheckpointSettings } from "../checkpoint/coordinator.ts";
import type { Counters } from "../checkpoint/counters.ts";
import type { Discarder } from "../checkpoint/discarder.ts";
import type { LeaderTerm } from "../checkpoint/guarded-register.ts";
import type { CheckpointMetadata, EnumeratorSnapshot } from "../checkpoint/metadata.ts";
import type { CheckpointPlan } from "../checkpoint/pending-checkpoint.ts";
import type { JobGraph } from "../graph/job-graph.ts";
import type { CheckpointStorage, JobReference, ReaderEvent } from "../task/task-contract.ts";
import { ExecutionGraph, isSource, isTerminal, type Execution } from "./execution-graph.ts";
import type { Heartbeat, HeartbeatReply, TaskReport, TaskState } from "./messages.ts";
import type { RestartDecision, RestartStrategy } from "./restart-strategy.ts";
import { SourceCoordinator } from "./source-coordinator.ts";
import type { WorkerGateway } from "./worker-gateway.ts";
import type { RegisteredWorker, WorkerRegistry } from "./worker-registry.ts";

/**
 * Runs one job in one leader's term: attempt after attempt until it ends. It owns the phases and what moves between
 * them; where state comes from is the store's, when it is saved the coordinator's.
 *
 * waiting (for slots) → starting (an attempt number is taken) → running → canceling → waiting … A failure is answered
 * once for each attempt. A new attempt is deployed only when every execution of the old one has let go or its worker is
 * lost, no checkpoint of it can complete any more, and the restart strategy's delay is over.
 */
export class Scheduler implements CheckpointedJob {
  readonly #parts: SchedulerParts;
  readonly #host: Host;
  readonly #slotsNeeded: number;
  #phase: "waiting" | "starting" | "running" | "canceling" | "over" = "waiting";
  #execution: ExecutionGraph | undefined;
  #sources: readonly SourceCoordinator[] = [];
  #coordinator: CheckpointCoordinator | undefined;
  #completed = 0;
  #attemptMin = 0;
  #slotsTimer: Timer | undefined;
  #settleTimer: Timer | undefined;
  #allLetGo: (() => void) | undefined;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
    this.#host = parts.term.host;
    this.#slotsNeeded = Math.max(...parts.graph.vertices.map(vertex => vertex.parallelism));
  }

  start(): void {
    this.#phase = "waiting";
    this.#slotsTimer = this.#host.timer(this.#parts.slotsTimeoutMs, () => this.#slotsMissing());
    this.slotsChanged();
  }

  /** Stops everything at this side; the workers find out by the next leader's token. */
  close(): void {
    this.#phase = "over";
    this.#slotsTimer?.cancel();
    this.#settleTimer?.cancel();
    void this.#coordinator?.stop();
    for (const source of this.#sources) source.close();
  }

  slotsChanged(): void {
    if (this.#phase !== "waiting" || this.#settleTimer !== undefined) return;
    if (this.#parts.registry.slots(this.#slotsNeeded) === undefined) return;
    this.#settleTimer = this.#host.timer(this.#parts.slotsSettleMs, () => {
      this.#settleTimer = undefined;
      const slots = this.#parts.registry.slots(this.#slotsNeeded);
      if (this.#phase === "waiting" && slots !== undefined) void this.#begin(slots);
    });
  }

  workerLost(worker: RegisteredWorker, why: string): void {
    const lost = (this.#execution?.executions ?? []).filter(
      ({ worker: at, state }) => at.id === worker.id && !isTerminal(state),
    );
    for (const execution of lost) execution.state = "gone";
    if (lost.length > 0) this.fail(`worker ${worker.role} is lost: ${why}`);
    this.#checkLetGo();
  }

  taskState(report: TaskReport): void {
    const execution = this.#execution?.execution(report.execution);
    if (execution === undefined || rank(report.state) <= rank(execution.state)) return;
    const before = execution.state;
    execution.state = report.state;
    if (rank(before) < rank("running") && rank(report.state) >= rank("running") && !isTerminal(report.state))
      this.#isRunning(execution);
    switch (report.state) {
      case "deploying":
      case "running":
        return;
      case "ended":
        return this.#checkSourcesEnded(execution);
      case "finished":
        this.#coordinator?.executionEnded(execution.name);
        if (this.#execution!.every("finished")) void this.#finish();
        return this.#checkLetGo();
      case "failed":
        this.fail(`${execution.name} failed: ${report.cause ?? "no cause given"}`, report.forGood);
        return this.#checkLetGo();
      case "canceled":
        this.fail(`${execution.name} was cancelled by its worker`);
        return this.#checkLetGo();
    }
  }

  heartbeat(beat: Heartbeat): HeartbeatReply {
    for (const report of beat.tasks) this.taskState(report);
    const current = this.#execution;
    if (current !== undefined && this.#phase === "canceling" && beat.canceledUpTo >= current.attempt) {
      const listed = new Set(beat.tasks.map(task => task.execution));
      this.#letGo(current.executions.filter(({ worker, name }) => worker.id === beat.worker && !listed.has(name)));
    }
    return { attemptMin: this.#attemptMin, completed: this.#phase === "running" ? this.#completed : 0 };
  }

  readerEvent(executionName: string, uid: string, event: ReaderEvent): void {
    const execution = this.#execution?.execution(executionName);
    if (execution === undefined || this.#phase !== "running") return;
    this.#sources.find(source => source.uid === uid)?.receive(execution.subtask, event);
  }

  get coordinator(): CheckpointCoordinator | undefined {
    return this.#coordinator;
  }

  // What the coordinator asks of the running job.

  plan(): CheckpointPlan | undefined {
    return this.#phase === "running" ? this.#execution?.checkpointPlan(this.#parts.store.newest?.metadata) : undefined;
  }

  snapshotEnumerators(checkpoint: number): Promise<readonly EnumeratorSnapshot[]> {
    return Promise.all(this.#sources.map(source => source.snapshot(checkpoint)));
  }

  async trigger(checkpoint: number, timestampMs: number): Promise<void> {
    const triggered = this.#execution!.triggered();
    const calls = workersOf(triggered).map(worker => {
      const names = triggered.filter(execution => execution.worker === worker).map(execution => execution.name);
      return this.#parts.gateway.trigger(worker, checkpoint, timestampMs, names);
    });
    for (const source of this.#sources) source.openGate();
    await Promise.all(calls);
  }

  notifyComplete(checkpoint: number): void {
    this.#completed = checkpoint;
    const { attempt, executions } = this.#execution!;
    for (const worker of workersOf(executions)) this.#parts.gateway.checkpointComplete(worker, attempt, checkpoint);
    for (const source of this.#sources) source.notifyComplete(checkpoint);
  }

  notifyAborted(checkpoint: number): void {
    const { attempt, executions } = this.#execution!;
    for (const worker of workersOf(executions)) this.#parts.gateway.checkpointAborted(worker, attempt, checkpoint);
    for (const source of this.#sources) source.openGate();
  }

  fail(cause: string, forGood = false): void {
    if (this.#phase === "running") void this.#recover(cause, forGood);
  }

  async #begin(slots: readonly RegisteredWorker[]): Promise<void> {
    this.#phase = "starting";
    this.#slotsTimer?.cancel();
    const attempt = await this.#parts.counters.nextAttempt();
    if (this.#phase !== "starting") return;
    if (slots.some(worker => this.#parts.registry.get(worker.id) === undefined)) return this.start();
    const restored = this.#parts.store.newest?.metadata;
    const execution = new ExecutionGraph(this.#parts.graph, attempt, slots);
    this.#execution = execution;
    this.#completed = 0;
    this.#attemptMin = attempt;
    this.#phase = "running";
    this.#sources = this.#startSources(execution, restored);
    for (const worker of workersOf(execution.executions)) {
      const tasks = execution.executions
        .filter(({ worker: at }) => at === worker)
        .map(one => execution.deployment(one, this.#parts.reference, restored));
      this.#parts.gateway.deploy(worker, attempt, tasks).catch((error: unknown) => {
        if (this.#execution === execution) this.fail(`deployment on ${worker.role}: ${String(error)}`);
      });
    }
  }

  #startSources(execution: ExecutionGraph, restored: CheckpointMetadata | undefined): SourceCoordinator[] {
    const sources = this.#parts.graph.vertices.flatMap(vertex => {
      const { node } = vertex.operators[0]!;
      if (node.operator.kind !== "source") return [];
      const { source } = node.operator;
      return new SourceCoordinator({
        host: this.#host,
        services: this.#parts.services,
        source,
        uid: node.uid,
        vertex: vertex.id,
        parallelism: vertex.parallelism,
        restored: restored?.enumerators.find(enumerator => enumerator.uid === node.uid),
        deliver: (subtask, event) => {
          const { worker, name } = execution.of(vertex.id)[subtask]!;
          return this.#parts.gateway.sourceEvent(worker, name, node.uid, event);
        },
        fail: (cause, forGood) => {
          if (this.#execution === execution) this.fail(cause, forGood);
        },
      });
    });
    for (const source of sources) source.start();
    return sources;
  }

  #isRunning(execution: Execution): void {
    if (this.#phase !== "running") return;
    this.#sources.find(source => source.vertex === execution.vertex.id)?.addReader(execution.subtask);
    const current = this.#execution!;
    if (this.#coordinator !== undefined || !current.every("running", "ended", "finished")) return;
    this.#host.emit({
      event: "job.running",
      attempt: current.attempt,
      detail: { restored: this.#parts.store.newest?.id ?? 0 },
    });
    const { checkpointing, store, storage, counters, discarder } = this.#parts;
    if (checkpointing === undefined) return;
    this.#coordinator = new CheckpointCoordinator({
      host: this.#host,
      job: this,
      settings: checkpointing,
      ids: counters,
      store,
      storage,
      discarder,
    });
    if (current.sourcesEnded()) this.#coordinator.sourcesEnded();
  }

  /** Once for each attempt: by the source that ended last, or by whoever was the last to run. */
  #checkSourcesEnded({ vertex }: Execution): void {
    if (this.#phase !== "running" || !isSource(vertex)) return;
    if (this.#execution!.sourcesEnded()) this.#coordinator?.sourcesEnded();
  }

  async #recover(cause: string, forGood: boolean): Promise<void> {
    const execution = this.#execution!;
    const failedMs = this.#host.clock.monotonic();
    this.#phase = "canceling";
    this.#attemptMin = execution.attempt + 1;
    const decision: RestartDecision = forGood
      ? { kind: "give-up", why: "no restart mends it" }
      : this.#parts.restarts.afterFailure();
    this.#host.emit({ event: "job.restart", attempt: execution.attempt, detail: { cause, decision: decision.kind } });
    for (const source of this.#sources) source.close();
    this.#sources = [];
    const settled = this.#coordinator?.stop();
    for (const worker of workersOf(execution.executions)) void this.#cancelOn(worker, execution);
    await new Promise<void>(resolve => {
      this.#allLetGo = resolve;
      this.#checkLetGo();
    });
    await settled;
    this.#coordinator = undefined;
    if (this.#phase !== "canceling") return;
    if (decision.kind === "give-up") return this.#end("failed", `${cause}; ${decision.why}`);
    const leftMs = failedMs + decision.delayMs - this.#host.clock.monotonic();
    if (leftMs > 0) await pause(this.#host, leftMs);
    if (this.#phase === "canceling") this.start();
  }

  /** Asks until the worker says who has let go, or it is lost. */
  async #cancelOn(worker: RegisteredWorker, execution: ExecutionGraph): Promise<void> {
    const here = execution.executions.filter(one => one.worker === worker);
    while (
      here.some(one => !isTerminal(one.state)) &&
      this.#parts.registry.get(worker.id) !== undefined &&
      this.#phase === "canceling"
    ) {
      try {
        const { remaining } = await this.#parts.gateway.cancel(worker, execution.attempt);
        return this.#letGo(here.filter(one => !remaining.includes(one.name)));
      } catch (error) {
        if (!(error instanceof RpcError || error instanceof RpcFault)) throw error;
        // The gateway has told the registry if the worker is gone; else it may answer later, or its heartbeat tells.
      }
      await pause(this.#host, CANCEL_RETRY_MS);
    }
  }

  #letGo(executions: readonly Execution[]): void {
    for (const execution of executions) if (!isTerminal(execution.state)) execution.state = "canceled";
    this.#checkLetGo();
  }

  #checkLetGo(): void {
    if (this.#allLetGo === undefined || !this.#execution!.executions.every(({ state }) => isTerminal(state))) return;
    this.#allLetGo();
    this.#allLetGo = undefined;
  }

  async #finish(): Promise<void> {
    if (this.#phase !== "running") return;
    this.#phase = "over";
    for (const source of this.#sources) source.close();
    await this.#coordinator?.stop();
    this.#parts.ended("finished", undefined);
  }

  #end(state: "failed", cause: string): void {
    this.#phase = "over";
    this.#parts.ended(state, cause);
  }

  #slotsMissing(): void {
    if (this.#phase !== "waiting") return;
    const decision = this.#parts.restarts.afterFailure();
    const cause = `${this.#slotsNeeded} slots were not there within ${this.#parts.slotsTimeoutMs} ms`;
    if (decision.kind === "give-up") this.#end("failed", `${cause}; ${decision.why}`);
    else this.start();
  }
}

export interface SchedulerParts {
  readonly term: LeaderTerm;
  readonly reference: JobReference;
  readonly graph: JobGraph;
  readonly registry: WorkerRegistry;
  readonly gateway: WorkerGateway;
  readonly restarts: RestartStrategy;
  readonly counters: Counters;
  readonly store: CheckpointStore;
  readonly storage: CheckpointStorage;
  readonly discarder: Discarder;
  readonly services: ClusterServices;
  /** Undefined: the job takes no checkpoints. */
  readonly checkpointing: CheckpointSettings | undefined;
  readonly slotsTimeoutMs: number;
  readonly slotsSettleMs: number;
  readonly ended: (state: "finished" | "failed", cause: string | undefined) => void;
}

/** States only move forward; what a late message says of an earlier one is not news. */
function rank(state: TaskState | "gone"): number {
  switch (state) {
    case "deploying":
      return 0;
    case "running":
      return 1;
    case "ended":
      return 2;
    case "finished":
    case "failed":
    case "canceled":
    case "gone":
      return 3;
  }
}

function workersOf(executions: readonly Execution[]): RegisteredWorker[] {
  return [...new Set(executions.filter(({ state }) => !isTerminal(state)).map(({ worker }) => worker))];
}

const CANCEL_RETRY_MS = 200;
