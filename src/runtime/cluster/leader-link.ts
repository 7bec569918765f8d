import type { Host } from "../../host/host.ts";
import { pause } from "../../host/pause.ts";
import { RpcClient } from "../../rpc/rpc-client.ts";
import { RpcError, RpcFault } from "../../rpc/rpc-error.ts";
import type { CoordinationClient } from "../../services/coordination/coordination-client.ts";
import { leaderKey, leaderRecord } from "../checkpoint/coordination-keys.ts";
import type { DeclineReason, ReaderEvent, SubtaskSnapshot } from "../task/task-contract.ts";
import type { ClusterConfig } from "./cluster-config.ts";
import {
  heartbeatReply,
  type AcknowledgeCheckpoint,
  type DeclineCheckpoint,
  type Fenced,
  type Heartbeat,
  type HeartbeatReply,
  type RegisterWorker,
  type SourceEvent,
  type TaskReport,
  type TaskStateChanged,
} from "./messages.ts";
import type { TaskOutbox } from "./worker-task.ts";

/**
 * A worker's tie to its leader: finds it, registers, sends heartbeats, and notices when the tie is broken. It owns the
 * registration, and with it which messages are for this worker; the subtasks belong to the task table.
 *
 * A tie that is broken (no answer for the heartbeat time-out, a refusal, another leader) is never mended: the worker
 * cancels all its subtasks and registers anew. A leader that could not hear it may have deployed them elsewhere.
 */
export class LeaderLink implements TaskOutbox {
  readonly #host: Host;
  readonly #config: ClusterConfig;
  readonly #coordination: CoordinationClient;
  readonly #client: RpcClient;
  readonly #tied: TiedWorker;
  #registration: Registration | undefined;

  constructor(host: Host, config: ClusterConfig, coordination: CoordinationClient, tied: TiedWorker) {
    this.#host = host;
    this.#config = config;
    this.#coordination = coordination;
    this.#client = new RpcClient(host, { timeoutMs: config.rpcTimeoutMs });
    this.#tied = tied;
  }

  /** Throws the fault `unknown-worker` for a message that is not for the registration in force. */
  admit(message: Fenced): void {
    const current = this.#registration;
    if (current === undefined || message.token !== current.token || message.worker !== current.worker) {
      throw new RpcFault(
        "unknown-worker",
        `${this.#host.role} is not registered as ${message.worker} with token ${message.token}`,
      );
    }
  }

  /** Runs for ever: leader after leader. */
  async run(): Promise<void> {
    for (let delayMs = RETRY_MS_MIN; ; delayMs = Math.min(delayMs * 2, this.#retryMsMax)) {
      const leader = await this.#leader();
      if (leader !== undefined && (await this.#register(leader))) {
        delayMs = RETRY_MS_MIN;
        await this.#stay(this.#registration!);
      }
      await this.#leave();
      await pause(this.#host, delayMs);
    }
  }

  stateChanged(report: TaskReport): void {
    this.#send("task.state", ({ token, worker }): TaskStateChanged => {
      const { execution, state, cause } = report;
      return cause === undefined ? { token, worker, execution, state } : { token, worker, ...report };
    });
    this.#tied.stateChanged();
  }

  acknowledge(execution: string, checkpoint: number, snapshot: SubtaskSnapshot): void {
    this.#send("checkpoint.acknowledge", ({ token, worker }): AcknowledgeCheckpoint => ({
      token,
      worker,
      execution,
      checkpoint,
      snapshot,
    }));
  }

  decline(execution: string, checkpoint: number, reason: DeclineReason): void {
    this.#send("checkpoint.decline", ({ token, worker }): DeclineCheckpoint => ({
      token,
      worker,
      execution,
      checkpoint,
      reason,
    }));
  }

  /** A request that may be lost is made again; two requests are no harm. */
  readerEvent(execution: string, uid: string, event: ReaderEvent): void {
    const registration = this.#registration;
    if (registration === undefined) return;
    const { address, token, worker } = registration;
    const body: SourceEvent<ReaderEvent> = { token, worker, execution, uid, event };
    this.#client.call(address, "source.event", body).catch(async (error: unknown) => {
      if (error instanceof RpcFault) return;
      if (!(error instanceof RpcError)) throw error;
      await pause(this.#host, RETRY_MS_MIN);
      if (this.#registration === registration) this.readerEvent(execution, uid, event);
    });
  }

  async #leader(): Promise<{ readonly token: number; readonly address: string } | undefined> {
    try {
      const found = await this.#coordination.get(leaderKey);
      return found === undefined
        ? undefined
        : { token: found.revision, address: leaderRecord(found.value, leaderKey).address };
    } catch (error) {
      if (error instanceof RpcError || error instanceof RpcFault) return undefined;
      throw error;
    }
  }

  /** The registration is in force from before the request: a deployment may overtake the answer. */
  async #register({ token, address }: { readonly token: number; readonly address: string }): Promise<boolean> {
    const worker = `${this.#host.role}-${this.#host.random.uint32().toString(16).padStart(8, "0")}`;
    this.#registration = { token, address, worker };
    const { role } = this.#host;
    const body: RegisterWorker = {
      token,
      worker,
      role,
      address: `${role}:rpc`,
      dataAddress: `${role}:data`,
      slots: this.#config.slotsPerWorker,
    };
    try {
      await this.#client.call(address, "worker.register", body);
      return true;
    } catch (error) {
      if (error instanceof RpcError || error instanceof RpcFault) return false;
      throw error;
    }
  }

  /** Resolves when the tie is broken. */
  async #stay(registration: Registration): Promise<void> {
    let heardMs = this.#host.clock.monotonic();
    let delayMs = this.#config.heartbeatIntervalMs;
    for (;;) {
      await pause(this.#host, delayMs);
      const askedMs = this.#host.clock.monotonic();
      const leftMs = heardMs + this.#config.heartbeatTimeoutMs - askedMs;
      if (leftMs <= 0) return;
      const outcome = await this.#beat(registration, Math.min(leftMs, this.#config.rpcTimeoutMs));
      if (outcome === "refused") return;
      if (outcome === "no-answer") {
        const leader = await this.#leader();
        if (leader !== undefined && leader.token !== registration.token) return;
        delayMs = Math.min(this.#config.heartbeatIntervalMs, this.#retryMsMax);
      } else {
        heardMs = askedMs;
        delayMs = this.#config.heartbeatIntervalMs;
        this.#tied.heard(outcome);
      }
    }
  }

  async #beat(
    { address, token, worker }: Registration,
    timeoutMs: number,
  ): Promise<HeartbeatReply | "refused" | "no-answer"> {
    const body: Heartbeat = { token, worker, ...this.#tied.beat() };
    try {
      return heartbeatReply(
        await this.#client.call(address, "worker.heartbeat", body, { timeoutMs }),
        "worker.heartbeat reply",
      );
    } catch (error) {
      if (error instanceof RpcFault) return "refused";
      if (error instanceof RpcError) return "no-answer";
      throw error;
    }
  }

  async #leave(): Promise<void> {
    this.#registration = undefined;
    await this.#tied.cancelAll();
  }

  #send(method: string, body: (fenced: Fenced) => Fenced): void {
    const registration = this.#registration;
    if (registration === undefined) return;
    this.#client.send(registration.address, method, body({ token: registration.token, worker: registration.worker }));
  }

  get #retryMsMax(): number {
    return Math.max(RETRY_MS_MIN, Math.min(1_000, Math.ceil(this.#config.heartbeatIntervalMs / 2)));
  }
}

/** The side of the worker that its tie to the leader moves. */
export interface TiedWorker {
  beat(): Pick<Heartbeat, "canceledUpTo" | "tasks">;
  heard(reply: HeartbeatReply): void;
  stateChanged(): void;
  cancelAll(): Promise<void>;
}

interface Registration {
  readonly token: number;
  readonly address: string;
  readonly worker: string;
}

const RETRY_MS_MIN = 20;
