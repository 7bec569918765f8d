import type { Host } from "../../host/host.ts";
import { RpcFault } from "../../rpc/rpc-error.ts";
import { startRpcServer, type RpcHandler } from "../../rpc/rpc-server.ts";
import { CoordinationClient } from "../../services/coordination/coordination-client.ts";
import type { Check } from "../checkpoint/plain-data.ts";
import { openCheckpointStorage, storageLocation } from "../checkpoint/storage.ts";
import { Shuffle } from "../task/shuffle.ts";
import { startTask } from "../task/task.ts";
import type { CheckpointStorage, RunningTask, TaskDeployment, TaskEnvironment } from "../task/task-contract.ts";
import { servicesOf, type ClusterConfig, type JobLoader } from "./cluster-config.ts";
import { LeaderLink } from "./leader-link.ts";
import { loadGraph } from "./load-graph.ts";
import {
  accept,
  cancelTasks,
  checkpointEnded,
  deployTasks,
  enumeratorEvent,
  triggerCheckpoint,
  type CancelReply,
  type Fenced,
} from "./messages.ts";
import { TaskTable } from "./task-table.ts";
import { WorkerTask } from "./worker-task.ts";

/**
 * The worker's process: it serves its leader at `<role>:rpc` and other workers at `<role>:data`, and runs subtasks in its
 * slots. It owns how its parts are put together; the tie to the leader is leader-link.ts, the subtasks task-table.ts.
 */
export function workerMain(host: Host, config: ClusterConfig, jobs: JobLoader): void {
  const coordination = new CoordinationClient(host, {
    address: config.coordination,
    rpcTimeoutMs: config.rpcTimeoutMs,
  });
  const { bufferRecordsMax, creditsPerChannel, rpcTimeoutMs } = config;
  const shuffle = new Shuffle(host, `${host.role}:data`, {
    bufferRecordsMax,
    creditsPerChannel,
    requestTimeoutMs: rpcTimeoutMs,
  });
  const storages = new Map<string, CheckpointStorage>();

  const storageOf = (job: string): CheckpointStorage => {
    const known = storages.get(job);
    if (known !== undefined) return known;
    const storage = openCheckpointStorage(storageLocation(config.checkpointStorage, job), host, config);
    storages.set(job, storage);
    return storage;
  };
  const make = (deployment: TaskDeployment): WorkerTask =>
    new WorkerTask({
      host,
      services: servicesOf(config),
      storage: storageOf(deployment.job.id),
      deployment,
      recordCostUs: config.recordCostUs,
      cancelTimeoutMs: config.cancelTimeoutMs,
      outbox: link,
    });
  // Function objects may have fields, so the job is built anew for each subtask: two of them share nothing.
  const begin = (environment: TaskEnvironment): RunningTask => {
    const { job, vertex: id } = environment.deployment;
    const vertex = loadGraph(jobs, job, config.parallelism).vertices.find(candidate => candidate.id === id);
    if (vertex === undefined) throw new Error(`job ${job.name} has no vertex ${id}`);
    return startTask(environment, vertex, shuffle);
  };

  const table = new TaskTable(make, begin);
  const link: LeaderLink = new LeaderLink(host, config, coordination, {
    beat: () => ({ canceledUpTo: table.canceledUpTo, tasks: table.reports() }),
    heard({ attemptMin, completed }) {
      if (attemptMin > 0) table.cancelUpTo(attemptMin - 1);
      if (completed > 0) for (const task of table.of(attemptMin)) task.checkpointComplete(completed);
    },
    stateChanged: () => table.taskEnded(),
    cancelAll: () => table.cancelAll(),
  });

  void shuffle
    .start()
    .then(() => startRpcServer(host, `${host.role}:rpc`, handlers(table, link)))
    .then(() => link.run());
}

function handlers(table: TaskTable, link: LeaderLink): Record<string, RpcHandler> {
  /** For messages of the leader that this worker is registered with, in the registration that is in force. */
  const from = <T extends Fenced>(
    method: string,
    check: Check<T>,
    handle: (message: T) => unknown,
  ): [string, RpcHandler] => [
    method,
    body => {
      const message = accept(check, body, method);
      link.admit(message);
      return handle(message);
    },
  ];
  return Object.fromEntries([
    from("task.deploy", deployTasks, ({ attempt, tasks }) => {
      if (!table.deploy(attempt, tasks))
        throw new RpcFault("attempt-canceled", `attempt ${attempt} was cancelled before it came`);
    }),
    from("task.cancel", cancelTasks, ({ attempt }): CancelReply => ({ remaining: table.cancelUpTo(attempt) })),
    from("checkpoint.trigger", triggerCheckpoint, ({ checkpoint, timestampMs, executions }) => {
      const refusing = executions.filter(execution => table.get(execution)?.trigger(checkpoint, timestampMs) !== true);
      if (refusing.length > 0) throw new RpcFault("task-not-running", refusing.join(" "));
    }),
    from("checkpoint.complete", checkpointEnded, ({ attempt, checkpoint }) => {
      for (const task of table.of(attempt)) task.checkpointComplete(checkpoint);
    }),
    from("checkpoint.abort", checkpointEnded, ({ attempt, checkpoint }) => {
      for (const task of table.of(attempt)) task.checkpointAborted(checkpoint);
    }),
    from("source.event", enumeratorEvent, ({ execution, uid, event }) => {
      if (table.get(execution)?.sourceEvent(uid, event) !== true) throw new RpcFault("task-not-running", execution);
    }),
  ]);
}
