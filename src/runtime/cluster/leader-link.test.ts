import { expect, test } from "vitest";
import { pause } from "../../host/pause.ts";
import { RpcFault } from "../../rpc/rpc-error.ts";
import { startRpcServer } from "../../rpc/rpc-server.ts";
import type { CoordinationClient } from "../../services/coordination/coordination-client.ts";
import { SmallSite } from "../../sim/test/small-site.ts";
import type { ClusterConfig } from "./cluster-config.ts";
import { LeaderLink } from "./leader-link.ts";

test("a worker whose tie is broken registers anew when its subtasks have let go, and not before", async () => {
  const small = new SmallSite(["jm0", "tm0"]);
  const nowMs = (): number => small.kernel.nowUs / 1_000;
  const registeredMs: number[] = [];
  let letGoMs = Infinity;
  small.site.start("jm0", host => {
    void startRpcServer(host, "jm0:rpc", {
      "worker.register": () => void registeredMs.push(nowMs()),
      "worker.heartbeat": () => {
        if (registeredMs.length === 1) throw new RpcFault("unknown-worker", "it was lost");
        return { attemptMin: 0, completed: 0 };
      },
    });
  });
  const leader = { revision: 1, value: { role: "jm0", address: "jm0:rpc", session: "s" } };
  const coordination = { get: () => Promise.resolve(leader) } as unknown as CoordinationClient;
  const config = { rpcTimeoutMs: 100, heartbeatIntervalMs: 50, heartbeatTimeoutMs: 500, slotsPerWorker: 1 };
  small.site.start("tm0", host => {
    const link = new LeaderLink(host, config as ClusterConfig, coordination, {
      beat: () => ({ canceledUpTo: 0, tasks: [] }),
      heard: () => {},
      stateChanged: () => {},
      async cancelAll() {
        await pause(host, 3_000);
        letGoMs = nowMs();
      },
    });
    void link.run();
  });
  small.at(6_000, () => small.kernel.stop());
  await small.kernel.run();
  expect(registeredMs).toHaveLength(2);
  expect(registeredMs[1]).toBeGreaterThanOrEqual(letGoMs);
});
