import type { Host } from "../../host/host.ts";
import { RpcFault } from "../../rpc/rpc-error.ts";
import { startRpcServer, type RpcHandler } from "../../rpc/rpc-server.ts";
import { CoordinationClient } from "../../services/coordination/coordination-client.ts";
import type { Check } from "../checkpoint/plain-data.ts";
import type { JobLoader, JobManagerConfig } from "./cluster-config.ts";
import { JobMaster } from "./job-master.ts";
import { LeaderElection } from "./leader-election.ts";
import {
  accept,
  acknowledgeCheckpoint,
  declineCheckpoint,
  heartbeat,
  readerEvent,
  registerWorker,
  taskStateChanged,
  type Fenced,
} from "./messages.ts";

/**
 * The job manager's process: it serves workers at `<role>:rpc`, campaigns for leadership, and makes a job master for
 * each term that it wins. It owns the way from a message to the term that it belongs to, and no state of the job.
 */
export function jobManagerMain(host: Host, config: JobManagerConfig, jobs: JobLoader): void {
  const address = `${host.role}:rpc`;
  const coordination = new CoordinationClient(host, {
    address: config.coordination,
    rpcTimeoutMs: config.rpcTimeoutMs,
  });
  let master: JobMaster | undefined;
  const leading = (): JobMaster => {
    if (master === undefined || master.over) throw new RpcFault("not-leader", `${host.role} does not lead`);
    return master;
  };

  /** For messages of a registered worker of this term. */
  const from = <T extends Fenced>(
    method: string,
    check: Check<T>,
    handle: (message: T, leader: JobMaster) => unknown,
  ): [string, RpcHandler] => [
    method,
    body => {
      const message = accept(check, body, method);
      const leader = leading();
      leader.admitWorker(message);
      return handle(message, leader);
    },
  ];

  const handlers: Record<string, RpcHandler> = {
    "worker.register": body => {
      const message = accept(registerWorker, body, "worker.register");
      const leader = leading();
      leader.admit(message);
      leader.register(message);
    },
    ...Object.fromEntries([
      from("worker.heartbeat", heartbeat, (message, leader) => {
        leader.registry.heard(message.worker);
        return leader.scheduler?.heartbeat(message) ?? { attemptMin: 0, completed: 0 };
      }),
      from("task.state", taskStateChanged, (message, leader) => leader.scheduler?.taskState(message)),
      from("checkpoint.acknowledge", acknowledgeCheckpoint, ({ execution, checkpoint, snapshot }, leader) =>
        leader.scheduler?.coordinator?.acknowledge(execution, checkpoint, snapshot),
      ),
      from("checkpoint.decline", declineCheckpoint, ({ execution, checkpoint, reason }, leader) =>
        leader.scheduler?.coordinator?.decline(execution, checkpoint, reason),
      ),
      from("source.event", readerEvent, ({ execution, uid, event }, leader) =>
        leader.scheduler?.readerEvent(execution, uid, event),
      ),
    ]),
  };

  const election = new LeaderElection({
    host,
    coordination,
    address,
    sessionTtlMs: config.sessionTtlMs,
    granted: (token, leaseHolds) => {
      master = new JobMaster({ host, coordination, token, leaseHolds, config, jobs });
      void master.run();
    },
    revoked: why => {
      void master?.deposed(why);
      master = undefined;
    },
  });
  void startRpcServer(host, address, handlers).then(() => election.run());
}
