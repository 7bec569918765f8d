import { expect, test } from "vitest";
import type { Host } from "../../src/host/host.ts";
import { pause } from "../../src/host/pause.ts";
import { RpcError } from "../../src/rpc/rpc-error.ts";
import { CoordinationClient } from "../../src/services/coordination/coordination-client.ts";
import { coordinationLogPath, readCoordinationLog } from "../../src/services/coordination/coordination-log.ts";
import { coordinationMain } from "../../src/services/coordination/coordination-server.ts";
import { ServiceSite, type End } from "./service-site.ts";

const config = { address: "coord:rpc", dir: "/coord" };
const clientOptions = { address: "coord:rpc", rpcTimeoutMs: 200 };

function coordinationSite(seed: string): ServiceSite {
  return new ServiceSite(seed, { coord: host => coordinationMain(host, config) });
}

/** Asks until there is an answer. */
async function sure<T>(host: Host, ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      await pause(host, 7);
    }
  }
}

test("a key is set, compared, guarded and removed", async () => {
  await coordinationSite("plain").play(async host => {
    const client = new CoordinationClient(host, clientOptions);
    const first = await sure(host, () => client.compareAndSet({ key: "a/x", expectedRevision: 0, value: { n: 1 } }));
    expect(first).toEqual({ applied: true, revision: 1 });
    expect(await client.compareAndSet({ key: "a/x", expectedRevision: 0, value: 2 })).toEqual({
      applied: false,
      reason: "conflict",
      current: { value: { n: 1 }, revision: 1 },
    });
    expect(
      await client.compareAndSet({ key: "b", expectedRevision: 0, value: null, guard: { key: "a/x", revision: 1 } }),
    ).toEqual({ applied: true, revision: 2 });
    expect(
      await client.compareAndSet({ key: "b", expectedRevision: 2, value: 3, guard: { key: "a/x", revision: 7 } }),
    ).toMatchObject({ applied: false, reason: "guard" });
    expect(await client.list("a/")).toEqual([{ key: "a/x", value: { n: 1 }, revision: 1 }]);
    expect(await client.compareAndSet({ key: "a/x", expectedRevision: 1, value: undefined })).toEqual({
      applied: true,
      revision: 3,
    });
    expect(await client.get("a/x")).toBeUndefined();
    expect(await client.get("b")).toEqual({ value: null, revision: 2 });
  });
});

test("a session's keys go with it, and a kept session stays", async () => {
  await coordinationSite("sessions").play(async host => {
    const client = new CoordinationClient(host, clientOptions);
    const kept = await sure(host, () => client.openSession(100));
    const left = await client.openSession(100);
    await client.compareAndSet({ key: "kept", expectedRevision: 0, value: 1, session: kept });
    await client.compareAndSet({ key: "left", expectedRevision: 0, value: 1, session: left });
    for (let i = 0; i < 4; i++) {
      await pause(host, 50);
      expect(await client.keepAlive(kept)).toBe("alive");
    }
    expect(await client.keepAlive(left)).toBe("expired");
    expect((await client.list("")).map(entry => entry.key)).toEqual(["kept"]);
    const late = await client.compareAndSet({ key: "late", expectedRevision: 0, value: 1, session: left });
    expect(late).toMatchObject({ applied: false, reason: "session-expired" });
  });
});

/** A counter that one client raises: every acknowledged step stands, and none is applied twice. */
async function countThrough(site: ServiceSite, steps: number): Promise<void> {
  await site.play(async host => {
    const client = new CoordinationClient(host, clientOptions);
    let revision = 0;
    for (let value = 1; value <= steps;) {
      try {
        const outcome = await client.compareAndSet({ key: "counter", expectedRevision: revision, value });
        expect(outcome.applied).toBe(true);
        if (outcome.applied) expect(outcome.revision).toBeGreaterThan(revision);
        if (outcome.applied) revision = outcome.revision;
        value++;
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        // Nobody knows whether it was applied: read it back.
        const current = await sure(host, () => client.get("counter"));
        if (error.outcome === "did-not-happen") expect(current?.value).toBe(value === 1 ? undefined : value - 1);
        else expect([value - 1, value]).toContain(current?.value ?? 0);
        if (current?.value === value) value++;
        revision = current?.revision ?? 0;
      }
    }
    expect((await sure(host, () => client.get("counter")))?.value).toBe(steps);
  });
}

test.each<End>(["kill", "power-loss"])(
  "no acknowledged change is lost when the service ends by %s before any of its port calls",
  async how => {
    for (let call = 1; call <= 40; call++) {
      const site = coordinationSite(`sweep-${call}`);
      site.endsAtCall("coord", 0, call, how);
      site.endsAtCall("coord", 1, 1 + ((call * 7) % 23), how);
      await countThrough(site, 6);
    }
  },
);

test("what a dead life wrote and could not sync is made durable before anybody reads it", async () => {
  for (let i = 0; i < 30; i++) {
    const site = coordinationSite(`fsyncgate-${i}`);
    site.kernel.at(4_000 + 400 * i, site.kernel.owner("faults"), () => {
      const fault = site.disks.get("coord")!.syncFails({ path: "/coord/*", times: 1_000 });
      site.endsAt(site.kernel.nowUs + 10_000, "coord", "kill");
      site.kernel.at(site.kernel.nowUs + 20_000, site.kernel.owner("faults"), () => fault.cure());
      // The restart comes 30 ms after the kill.
      site.endsAt(site.kernel.nowUs + 43_000 + 200 * i, "coord", "power-loss");
    });
    await countThrough(site, 40);
  }
});

test("the durable log tells the changes that were acknowledged", async () => {
  const site = coordinationSite("log");
  let told: unknown;
  await site.play(async host => {
    const client = new CoordinationClient(host, clientOptions);
    await sure(host, () => client.compareAndSet({ key: "k", expectedRevision: 0, value: "v" }));
    await client.compareAndSet({ key: "k", expectedRevision: 1, value: undefined });
    told = readCoordinationLog(site.disks.get("coord")!.durable.read(coordinationLogPath("/coord"))!);
  });
  expect(told).toEqual([
    { kind: "set", key: "k", value: "v", revision: 1 },
    { kind: "removed", key: "k", revision: 2 },
  ]);
});
