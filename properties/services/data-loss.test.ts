import { expect, test } from "vitest";
import type { Host } from "../../src/host/host.ts";
import { pause } from "../../src/host/pause.ts";
import { RpcError, RpcFault } from "../../src/rpc/rpc-error.ts";
import { CoordinationClient } from "../../src/services/coordination/coordination-client.ts";
import { coordinationLogPath } from "../../src/services/coordination/coordination-log.ts";
import { coordinationMain } from "../../src/services/coordination/coordination-server.ts";
import { BrokerClient } from "../../src/services/log-broker/broker-client.ts";
import { readLog } from "../../src/services/log-entry.ts";
import { logBrokerMain } from "../../src/services/log-broker/log-broker.ts";
import { ServiceSite } from "./service-site.ts";

/** A service with one log that has lost what it acknowledged says so, to everybody and for good, and never goes on. */

const site = (seed = "loss"): ServiceSite =>
  new ServiceSite(seed, {
    coord: host => coordinationMain(host, { address: "coord:rpc", dir: "/coord" }),
    broker: host => logBrokerMain(host, { address: "broker:rpc", dir: "/broker" }),
  });

const coordination = (host: Host) => new CoordinationClient(host, { address: "coord:rpc", rpcTimeoutMs: 100 });
const broker = (host: Host) => new BrokerClient(host, { address: "broker:rpc", rpcTimeoutMs: 100 });

/** What the service says; the first call after its restart finds its old connection reset. */
async function told(ask: () => Promise<unknown>): Promise<string> {
  for (;;) {
    try {
      await ask();
      return "answered";
    } catch (error) {
      if (error instanceof RpcFault) return `${error.code}: ${error.message}`;
      if (!(error instanceof RpcError)) throw error;
    }
  }
}

async function set(client: CoordinationClient, key: string): Promise<void> {
  expect(await told(() => client.compareAndSet({ key, expectedRevision: 0, value: 1 }))).toBe("answered");
}

async function restart(at: ServiceSite, host: Host, role: string): Promise<void> {
  at.end(role, "power-loss", 10_000);
  await pause(host, 50);
}

test("a service whose disk was wiped refuses everybody, though nobody is left who has seen its log", async () => {
  const at = site();
  await at.play(async host => {
    await pause(host, 50);
    await set(coordination(host), "a");
    await broker(host).createTopic("in", 1);
    for (const role of ["coord", "broker"]) {
      at.end(role, "power-loss", 10_000);
      at.disks.get(role)!.wipe();
    }
    await pause(host, 50);
    for (let life = 0; life < 2; life++) {
      expect(await told(() => coordination(host).get("a"))).toBe(
        "data-lost: /coord/coordination.log is not there: the disk was wiped, or is not this service's",
      );
      expect(await told(() => broker(host).partitions("in"))).toContain("data-lost: /broker/broker.log is not there");
      for (const role of ["coord", "broker"]) await restart(at, host, role);
    }
    for (const role of ["coord", "broker"]) expect(at.disks.get(role)!.durable.list("/")).toEqual([]);
  });
});

test("a log that has lost even its format is refused by its name", async () => {
  const at = site();
  const path = coordinationLogPath("/coord");
  const disk = at.disks.get("coord")!;
  while (readLog(disk.durable.read(path)!).last !== undefined) disk.rot({ path });
  await at.play(async host => {
    await pause(host, 50);
    expect(await told(() => coordination(host).get("a"))).toContain(
      "data-lost: /coord/coordination.log: the log is damaged",
    );
  });
});

test("a log that has lost its end is noticed, even when as much was written in its place", async () => {
  // Of this seed the power takes what a lying sync covered.
  const at = site("1");
  await at.play(async host => {
    await pause(host, 50);
    const [witness, newcomer] = [coordination(host), coordination(host)];
    await set(witness, "a");
    const lies = at.disks.get("coord")!.syncLies({ role: "coord" });
    for (const key of ["b", "c"]) await set(witness, key);
    at.end("coord", "power-loss", 10_000);
    lies.cure();
    await pause(host, 50);
    for (const key of ["d", "e", "f"]) await set(newcomer, key);
    expect(await told(() => witness.get("a"))).toContain("data-lost");
    expect(await told(() => newcomer.get("d"))).toContain("data-lost");
    // Who has seen nothing of it is told behind a restart, too.
    await restart(at, host, "coord");
    expect(await told(() => coordination(host).get("d"))).toContain("data-lost");
  });
});

test("a disk that does not open the log for a while has lost nothing", async () => {
  const at = site();
  await at.play(async host => {
    await pause(host, 50);
    await set(coordination(host), "a");
    const path = coordinationLogPath("/coord");
    const refused = at.disks.get("coord")!.fail({ operation: "open", path, code: "EIO", times: 2 });
    at.end("coord", "power-loss", 10_000);
    await pause(host, 15_000);
    expect(refused.effect.count).toBe(2);
    expect(await told(() => coordination(host).get("a"))).toBe("answered");
  });
});

test("a service that kept its log is trusted by whoever saw it, over every restart", async () => {
  const at = site();
  await at.play(async host => {
    await pause(host, 50);
    const [early, late] = [coordination(host), coordination(host)];
    expect(await told(() => early.get("a"))).toBe("answered");
    await restart(at, host, "coord");
    await set(early, "a");
    for (let life = 0; life < 3; life++) {
      await restart(at, host, "coord");
      expect(await told(() => late.get("a"))).toBe("answered");
    }
    await set(late, "b");
    expect(await told(() => early.get("b"))).toBe("answered");
  });
});

test("a log that is rotten in its midst, or cannot be read, is refused by its name", async () => {
  for (const damage of ["rot", "latent"] as const) {
    const at = site();
    await at.play(async host => {
      await pause(host, 50);
      const client = coordination(host);
      for (const key of ["a", "b", "c", "d"]) await set(client, key);
      const path = coordinationLogPath("/coord");
      const disk = at.disks.get("coord")!;
      const isDamaged = (): boolean => readLog(disk.durable.read(path)!).damage !== undefined;
      if (damage === "rot") while (!isDamaged()) disk.rot({ path });
      else for (let times = 0; times < 20; times++) disk.latent({ path });
      at.end("coord", "power-loss", 10_000);
      await pause(host, 15_000);
      expect(await told(() => coordination(host).get("a"))).toMatch(/data-lost: .*coordination\.log.*(damaged|read)/);
    });
  }
});
