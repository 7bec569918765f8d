import { RpcError, RpcFault } from "../../rpc/rpc-error.ts";
import type { RpcClient } from "../../rpc/rpc-client.ts";
import type { EnumeratorEvent, TaskDeployment } from "../task/task-contract.ts";
import {
  cancelReply,
  type CancelReply,
  type CancelTasks,
  type CheckpointEnded,
  type DeployTasks,
  type SourceEvent,
  type TriggerCheckpoint,
} from "./messages.ts";
import type { RegisteredWorker } from "./worker-registry.ts";

/**
 * What a leader says to its workers. It owns the token on every message, and the one conclusion that a failed call
 * allows about the worker itself: refused means that its process is gone, and no such registration means that it
 * is no longer ours. All else is for the heartbeat time-out to decide.
 */
export class WorkerGateway {
  readonly #client: RpcClient;
  readonly #token: number;
  readonly #gone: (worker: RegisteredWorker, why: string) => void;

  constructor(client: RpcClient, token: number, gone: (worker: RegisteredWorker, why: string) => void) {
    this.#client = client;
    this.#token = token;
    this.#gone = gone;
  }

  async deploy(worker: RegisteredWorker, attempt: number, tasks: readonly TaskDeployment[]): Promise<void> {
    const body: DeployTasks = { token: this.#token, worker: worker.id, attempt, tasks };
    await this.#call(worker, "task.deploy", body);
  }

  async cancel(worker: RegisteredWorker, attempt: number): Promise<CancelReply> {
    const body: CancelTasks = { token: this.#token, worker: worker.id, attempt };
    return cancelReply(await this.#call(worker, "task.cancel", body), "task.cancel reply");
  }

  /** Rejects when the trigger is lost. A worker that merely takes its time is waited for until the checkpoint expires. */
  async trigger(
    worker: RegisteredWorker,
    checkpoint: number,
    timestampMs: number,
    executions: readonly string[],
  ): Promise<void> {
    const body: TriggerCheckpoint = { token: this.#token, worker: worker.id, checkpoint, timestampMs, executions };
    try {
      await this.#call(worker, "checkpoint.trigger", body);
    } catch (error) {
      if (!(error instanceof RpcError) || error.reason !== "timed-out") throw error;
    }
  }

  async sourceEvent(worker: RegisteredWorker, execution: string, uid: string, event: EnumeratorEvent): Promise<void> {
    const body: SourceEvent<EnumeratorEvent> = { token: this.#token, worker: worker.id, execution, uid, event };
    await this.#call(worker, "source.event", body);
  }

  /** One way: what is lost comes again with the next heartbeat's answer. */
  checkpointComplete(worker: RegisteredWorker, attempt: number, checkpoint: number): void {
    const body: CheckpointEnded = { token: this.#token, worker: worker.id, attempt, checkpoint };
    this.#client.send(worker.address, "checkpoint.complete", body);
  }

  /** One way: a newer barrier tells the same. */
  checkpointAborted(worker: RegisteredWorker, attempt: number, checkpoint: number): void {
    const body: CheckpointEnded = { token: this.#token, worker: worker.id, attempt, checkpoint };
    this.#client.send(worker.address, "checkpoint.abort", body);
  }

  async #call(worker: RegisteredWorker, method: string, body: unknown): Promise<unknown> {
    try {
      return await this.#client.call(worker.address, method, body);
    } catch (error) {
      if (error instanceof RpcError && error.reason === "refused") this.#gone(worker, "its process is gone");
      if (error instanceof RpcFault && error.code === "unknown-worker") this.#gone(worker, "it has left");
      throw error;
    }
  }
}
