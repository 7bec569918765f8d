import type { Host } from "../../host/host.ts";
import { pause } from "../../host/pause.ts";
import { RpcClient } from "../../rpc/rpc-client.ts";
import { RpcFault } from "../../rpc/rpc-error.ts";
import type { CoordinationClient } from "../../services/coordination/coordination-client.ts";
import { CheckpointStore } from "../checkpoint/checkpoint-store.ts";
import { pathsOf } from "../checkpoint/checkpoint-store.ts";
import { jobKey, jobRecord, type JobRecord } from "../checkpoint/coordination-keys.ts";
import type { CheckpointSettings } from "../checkpoint/coordinator.ts";
import { Counters } from "../checkpoint/counters.ts";
import { Discarder } from "../checkpoint/discarder.ts";
import { GuardedRegister, type LeaderTerm } from "../checkpoint/guarded-register.ts";
import { MalformedData } from "../checkpoint/plain-data.ts";
import { CheckpointFileLost, isStorageFailure, openCheckpointStorage, storageLocation } from "../checkpoint/storage.ts";
import type { JobGraph } from "../graph/job-graph.ts";
import type { CheckpointStorage } from "../task/task-contract.ts";
import { servicesOf, type JobLoader, type JobManagerConfig } from "./cluster-config.ts";
import { loadGraph } from "./load-graph.ts";
import type { Fenced, RegisterWorker } from "./messages.ts";
import { restartStrategy } from "./restart-strategy.ts";
import { Scheduler } from "./scheduler.ts";
import { WorkerGateway } from "./worker-gateway.ts";
import { WorkerRegistry } from "./worker-registry.ts";

/**
 * One term of leadership over one job: recovers what the coordination service knows of it, runs it, records how it
 * ended. It owns the order of recovery and of the end, and the check that a message belongs to this term.
 *
 * Recovery: job record → counters → pointer and metadata → slots. End: terminal state applied → pointer removed → files
 * removed. A failed job keeps its checkpoints, for whoever wants to know why.
 */
export class JobMaster implements LeaderTerm {
  readonly host: Host;
  readonly coordination: CoordinationClient;
  readonly token: number;
  readonly registry: WorkerRegistry;
  readonly #config: JobManagerConfig;
  readonly #jobs: JobLoader;
  readonly #client: RpcClient;
  readonly #gateway: WorkerGateway;
  readonly #record: GuardedRegister<JobRecord>;
  readonly #counters: Counters;
  readonly #storage: CheckpointStorage;
  readonly #store: CheckpointStore;
  readonly #discarder: Discarder;
  #scheduler: Scheduler | undefined;
  readonly #leaseHolds: () => boolean;
  #over = false;

  constructor(options: {
    readonly host: Host;
    readonly coordination: CoordinationClient;
    readonly token: number;
    readonly leaseHolds: () => boolean;
    readonly config: JobManagerConfig;
    readonly jobs: JobLoader;
  }) {
    const { host, config, token } = options;
    this.host = host;
    this.coordination = options.coordination;
    this.token = token;
    this.#leaseHolds = options.leaseHolds;
    this.#config = config;
    this.#jobs = options.jobs;
    this.registry = new WorkerRegistry(host, {
      heartbeatTimeoutMs: config.heartbeatTimeoutMs,
      changed: () => this.#scheduler?.slotsChanged(),
      lost: (worker, why) => this.#scheduler?.workerLost(worker, why),
    });
    this.#client = new RpcClient(host, { timeoutMs: config.rpcTimeoutMs });
    this.#gateway = new WorkerGateway(this.#client, token, (worker, why) => this.registry.lose(worker.id, why));
    const location = storageLocation(config.checkpointStorage, config.job.id);
    this.#storage = openCheckpointStorage(location, host, config);
    this.#discarder = new Discarder(host, this.#storage);
    this.#record = new GuardedRegister(this, jobKey(config.job.id), jobRecord);
    this.#counters = new Counters(this, config.job.id);
    this.#store = new CheckpointStore(this, {
      job: config.job.id,
      storage: this.#storage,
      location: `${location.scheme}://${location.folder}`,
      retained: 1,
    });
  }

  get over(): boolean {
    return this.#over || !this.#leaseHolds();
  }

  get scheduler(): Scheduler | undefined {
    return this.#scheduler;
  }

  /** Throws the fault `fenced` for a message of another term. */
  admit(message: Fenced): void {
    if (this.over || message.token !== this.token)
      throw new RpcFault("fenced", `${this.host.role} leads with token ${this.token}, not ${message.token}`);
  }

  /** Throws also for a message of a registration that was lost. */
  admitWorker(message: Fenced): void {
    this.admit(message);
    if (this.registry.get(message.worker) === undefined)
      throw new RpcFault("unknown-worker", `${message.worker} is not registered`);
  }

  register({ worker, role, address, dataAddress, slots }: RegisterWorker): void {
    this.registry.register({ id: worker, role, address, dataAddress, slots });
  }

  async run(): Promise<void> {
    const record = await this.#record.read();
    if (record !== undefined && record.state !== "running") return this.#alreadyEnded(record);
    if (record === undefined) {
      const left = await this.#leftOnStorage();
      if (left !== undefined) return this.#end("failed", left);
      await this.#record.write({ leader: this.token, reference: this.#config.job, state: "running" });
    }
    const graph = this.#compile(record?.reference ?? this.#config.job);
    if (typeof graph === "string") return this.#end("failed", graph);
    const ranBefore = await this.#counters.recover();
    const lost = await this.#recoverCheckpoints();
    if (lost !== undefined) return this.#end("failed", lost);
    if (ranBefore) void this.#sweep();
    this.#scheduler = new Scheduler({
      term: this,
      reference: record?.reference ?? this.#config.job,
      graph,
      registry: this.registry,
      gateway: this.#gateway,
      restarts: restartStrategy(
        graph.restartStrategy === undefined ? this.#config.restart : jobRestart(graph.restartStrategy),
      ),
      counters: this.#counters,
      store: this.#store,
      storage: this.#storage,
      discarder: this.#discarder,
      services: servicesOf(this.#config),
      checkpointing: this.#checkpointing(graph),
      slotsTimeoutMs: this.#config.slotsTimeoutMs,
      slotsSettleMs: this.#config.slotsSettleMs,
      ended: (state, cause) => void this.#end(state, cause),
    });
    this.#scheduler.start();
  }

  deposed(why: string): Promise<never> {
    if (!this.#over) this.host.emit({ event: "leader.depose", detail: { why } });
    this.close();
    return new Promise(() => {});
  }

  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#scheduler?.close();
    this.registry.close();
    this.#discarder.close();
    this.#client.close();
  }

  /** A job that nobody has heard of has no files: with some, the coordination service has lost what it knew of it. */
  async #leftOnStorage(): Promise<string | undefined> {
    const [path] = await this.#listPatiently();
    return path === undefined
      ? undefined
      : `the coordination service has lost the job: it does not know it, and ${path} is on the storage`;
  }

  /** All of the job's paths; a store that does not answer is waited for. */
  async #listPatiently(): Promise<readonly string[]> {
    for (;;) {
      try {
        return await this.#storage.list("");
      } catch (error) {
        if (!isStorageFailure(error)) throw error;
        if (this.over) return this.deposed("the term is over");
      }
      await pause(this.host, STORAGE_RETRY_MS);
    }
  }

  #compile(reference: JobManagerConfig["job"]): JobGraph | string {
    try {
      return loadGraph(this.#jobs, reference, this.#config.parallelism);
    } catch (error) {
      return `the job cannot be built: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  /** The reason when the newest checkpoint is lost; an older one is never taken in its place. */
  async #recoverCheckpoints(): Promise<string | undefined> {
    try {
      await this.#store.recover();
      return undefined;
    } catch (error) {
      if (!(error instanceof CheckpointFileLost) && !(error instanceof MalformedData)) throw error;
      return `the newest checkpoint cannot be read: ${error.message}`;
    }
  }

  /** Files that no addressable checkpoint names, of checkpoints whose ids were handed out before this term. */
  async #sweep(): Promise<void> {
    const leftover = this.#leftovers();
    try {
      const paths = await this.#storage.list("");
      if (!this.over) this.#discarder.discard(paths.filter(leftover));
    } catch (error) {
      if (!isStorageFailure(error)) throw error;
      // Garbage stays for the next leader's sweep: nothing depends on it.
    }
  }

  /** What is a leftover now; what comes later is none, however late a listing is. */
  #leftovers(): (path: string) => boolean {
    const idsBefore = this.#counters.reserved;
    const addressed = this.#store.addressed();
    return path => !addressed.has(path) && checkpointOf(path) <= idsBefore;
  }

  #checkpointing(graph: JobGraph): CheckpointSettings | undefined {
    if (graph.checkpointing === undefined) return undefined;
    const { intervalMs, timeoutMs, minPauseMs, tolerableFailures } = {
      ...graph.checkpointing,
      ...this.#config.checkpointing,
    };
    return { job: this.#config.job.id, leader: this.token, intervalMs, timeoutMs, minPauseMs, tolerableFailures };
  }

  async #end(state: "finished" | "failed", cause: string | undefined): Promise<void> {
    await this.#record.write({
      leader: this.token,
      reference: this.#config.job,
      state,
      ...(cause === undefined ? {} : { cause }),
    });
    this.host.emit(
      state === "finished" ? { event: "job.finished" } : { event: "job.failed", detail: { cause: cause ?? "" } },
    );
    if (state === "finished") await this.#removeRecoveryData();
  }

  async #alreadyEnded(record: JobRecord): Promise<void> {
    if (record.state === "failed") return;
    await this.#counters.recover();
    if ((await this.#recoverCheckpoints()) === undefined) await this.#removeRecoveryData();
  }

  /**
   * Nothing of a finished job is needed again, uploads that never got into a checkpoint included. Whoever leads next begins
   * anew with it when this one does not get to its end (FLIP-194: cleaning up is retried, also behind a fail-over).
   */
  async #removeRecoveryData(): Promise<void> {
    const gone = await this.#store.clear();
    this.#discarder.discard(gone.flatMap(pathsOf));
    const leftover = this.#leftovers();
    this.#discarder.discard((await this.#listPatiently()).filter(leftover));
    this.host.emit({ event: "job.cleaned-up" });
  }
}

const STORAGE_RETRY_MS = 200;

function jobRestart(strategy: NonNullable<JobGraph["restartStrategy"]>): JobManagerConfig["restart"] {
  return strategy.kind === "none"
    ? strategy
    : { kind: "fixed-delay", delayMs: strategy.delayMs, attemptsMax: strategy.restartsMax };
}

/** Paths begin with the checkpoint's id: `chk-17/count[1]#3.state`. What does not is not ours to judge. */
function checkpointOf(path: string): number {
  const match = /^chk-(\d+)\//.exec(path);
  return match === null ? Number.MAX_SAFE_INTEGER : Number(match[1]);
}
