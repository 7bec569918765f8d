import { expect, test } from "vitest";
import type { Host } from "../../src/host/host.ts";
import { pause } from "../../src/host/pause.ts";
import { planOn as on } from "../../src/explore/plan.ts";
import { RpcClient } from "../../src/rpc/rpc-client.ts";
import { FileStoreClient } from "../../src/services/file-store/file-store-client.ts";
import { placement } from "../../src/services/file-store/placement.ts";
import { storageNodeMain } from "../../src/services/file-store/storage-node.ts";
import { decodeReplica, incomingFolder, replicaPath } from "../../src/services/file-store/stored-replica.ts";
import type { Fault } from "../../src/world/fault.ts";
import { faultDevice } from "../../src/world/faults/fault-catalogue.ts";
import type { Injected, Levers } from "../../src/world/faults/fault-device.ts";
import { StorageFaults } from "../../src/world/faults/storage-faults.ts";
import { layoutOf } from "../../src/world/layout.ts";
import { ServiceSite } from "../services/service-site.ts";

/** Laws of what a storage node does to its users while it is up: each with its effect, and with what it leaves alone. */

const roles = ["dfs0", "dfs1", "dfs2"];
const nodes = roles.map(role => `${role}:rpc`);
const replicas = 2;
const path = "job/chk-1/count[0]#1";
const [first, second] = placement(path, nodes).map(node => node.slice(0, 4));
const contents = new TextEncoder().encode("state".repeat(100));

interface Scene {
  readonly site: ServiceSite;
  readonly host: Host;
  readonly store: FileStoreClient;
  /** Asks one node. */
  ask(role: string, method: string, body: object): Promise<unknown>;
  inject(fault: Fault): Injected;
}

async function play(seed: string, act: (scene: Scene) => Promise<void>): Promise<void> {
  const storage = new StorageFaults(() => site.kernel.nowUs);
  const mains = roles.map(role => [
    role,
    (host: Host) => {
      const ring = { address: `${role}:rpc`, dir: `/${role}`, nodes, replicas, rpcTimeoutMs: 100 };
      storageNodeMain(host, ring, storage.server(role));
    },
  ]);
  const site: ServiceSite = new ServiceSite(seed, Object.fromEntries(mains) as Record<string, (host: Host) => void>);
  const topology = { jobManagers: 0, workers: 0, slotsPerWorker: 1, storageNodes: 3, replicas, parallelism: 1 };
  const layout = layoutOf({
    ...topology,
    partitions: 1,
    placement: "spread",
    persistence: "prefix",
    broker: "durable-prepare",
  });
  // These faults reach for nothing else.
  const levers = { site: site.site, layout, storage } as Levers;
  storage.watch();
  await site.play(async host => {
    await pause(host, 20);
    const rpc = new RpcClient(host, { timeoutMs: 2_000 });
    await act({
      site,
      host,
      store: new FileStoreClient(host, { nodes, replicas, rpcTimeoutMs: 400 }),
      ask: (role, method, body) => rpc.call(`${role}:rpc`, method, body),
      inject: fault => faultDevice(fault.kind).inject(levers, fault),
    });
  });
}

function holds(site: ServiceSite, role: string): boolean {
  const bytes = site.disks.get(role)!.durable.read(replicaPath(`/${role}`, path));
  return bytes !== undefined && decodeReplica(path, bytes) !== undefined;
}

const now = on.atMs(0);

test("a storage node in an error storm refuses a share of its requests, and some that it has carried out", async () => {
  await play("errors", async ({ site, ask, inject }) => {
    const { effect } = inject(now.store(first!).errors({ perMille: 600 }));
    const outcomes = { answered: 0, refused: 0, refusedAndDone: 0 };
    for (let i = 0; i < 60; i++) {
      const one = `job/part-${i}`;
      const refused = await ask(first!, "store.put", { path: one, bytes: contents }).then(
        () => false,
        (error: unknown) => (error as { code?: string }).code === "failed",
      );
      const done = site.disks.get(first!)!.durable.read(replicaPath(`/${first}`, one)) !== undefined;
      outcomes[refused ? (done ? "refusedAndDone" : "refused") : "answered"]++;
    }
    expect(outcomes.answered).toBeGreaterThan(12);
    expect(outcomes.refused).toBeGreaterThan(8);
    expect(outcomes.refusedAndDone).toBeGreaterThan(8);
    expect(effect()?.note).toContain(`answered with an error at ${first}: store.put, and `);
  });
});

test("an error storm leaves other nodes alone, spares what nodes say to each other, and ends", async () => {
  await play("errors-else", async ({ site, store, ask, inject }) => {
    const { cure } = inject(now.store(first!).errors({ perMille: 1_000 }));
    for (const role of roles.filter(other => other !== first)) await ask(role, "store.list", { prefix: "" });
    await ask(first!, "store.inventory", {});
    expect(await store.put(path, contents)).toBe("created");
    expect(roles.filter(role => role !== first && holds(site, role))).toHaveLength(2);
    cure!();
    await ask(first!, "store.list", { prefix: "" });
  });
});

test("a slow storage node has done what was asked long before it says so", async () => {
  await play("slow", async ({ site, host, ask, inject }) => {
    const { effect } = inject(now.store(first!).slow({ byMs: 700 }));
    const beganMs = host.clock.monotonic();
    const answer = ask(first!, "store.put", { path, bytes: contents });
    await pause(host, 50);
    expect(holds(site, first!)).toBe(true);
    await answer;
    expect(host.clock.monotonic() - beganMs).toBeGreaterThanOrEqual(700);
    expect(effect()?.note).toBe(`answered late at ${first}: store.put`);
  });
});

test("a slow storage node delays no other's answers, and none of its own afterwards", async () => {
  await play("slow-else", async ({ host, store, ask, inject }) => {
    const { cure, effect } = inject(now.store(first!).slow({ byMs: 700 }));
    const beganMs = host.clock.monotonic();
    for (const role of roles.filter(other => other !== first)) await ask(role, "store.get", { path });
    expect(host.clock.monotonic() - beganMs).toBeLessThan(50);
    expect(effect()).toBeUndefined();
    cure!();
    await store.put(path, contents);
    expect(host.clock.monotonic() - beganMs).toBeLessThan(100);
  });
});

test("a stale listing lacks what was put of late and has what was removed of late", async () => {
  await play("stale", async ({ host, store, ask, inject }) => {
    for (const role of roles) await ask(role, "store.put", { path: "job/old", bytes: contents });
    await pause(host, 2_000);
    await store.remove(["job/old"]);
    for (const role of roles) await ask(role, "store.put", { path: "job/new", bytes: contents });
    const { cure, effect } = inject(now.store("dfs0").staleList({ byMs: 1_000, perMille: 1_000 }));
    expect(effect()).toBeUndefined();
    expect(await ask("dfs0", "store.list", { prefix: "job/" })).toMatchObject({ paths: ["job/old"], removed: [] });
    expect(effect()?.note).toBe("stale at dfs0: job/ lacks 1 and has 1 too many");
    await pause(host, 1_500);
    expect(await ask("dfs0", "store.list", { prefix: "job/" })).toMatchObject({ paths: ["job/new"] });
    cure!();
  });
});

test("a stale listing is one node's and no read is stale: the others make good for it", async () => {
  await play("stale-else", async ({ host, store, ask, inject }) => {
    await store.put("job/old", contents);
    await pause(host, 2_000);
    await store.remove(["job/old"]);
    await store.put(path, contents);
    inject(now.store(first!).staleList({ byMs: 1_000, perMille: 1_000 }));
    expect(await ask(second!, "store.list", { prefix: "job/" })).toMatchObject({ paths: [path] });
    expect(await ask(first!, "store.get", { path })).toMatchObject({ state: "present" });
    expect(await ask(first!, "store.get", { path: "job/old" })).toMatchObject({ state: "removed" });
    expect(await store.list("job/")).toEqual([path]);
  });
});

test("an upload that broke off is never met, and what it left is cleaned up", async () => {
  await play("partial", async ({ site, host, store, ask, inject }) => {
    const disk = site.disks.get(first!)!;
    const leftovers: string[] = [];
    disk.observe(({ operation, path: place }) => {
      if (operation === "create" && place.includes("broken-off")) leftovers.push(place);
    });
    const { effect } = inject(now.store(first!).partialUpload({ times: 1 }));
    await expect(ask(first!, "store.put", { path, bytes: contents })).rejects.toMatchObject({ outcome: "unknown" });
    expect(effect()?.note).toMatch(new RegExp(`^broken off at ${first}: .* after \\d+ of ${contents.length} bytes$`));
    expect(leftovers).toEqual([`${incomingFolder(`/${first}`)}/broken-off-0`]);
    expect(await ask(first!, "store.list", { prefix: "" })).toMatchObject({ paths: [] });
    expect(await ask(first!, "store.get", { path })).toMatchObject({ state: "absent" });
    expect(await store.put(path, contents)).toBe("created");
    expect(await store.get(path)).toEqual(contents);
    const gone: string[] = [];
    disk.observe(({ operation, path: place }) => void (operation === "unlink" && gone.push(place)));
    await pause(host, 8_000);
    expect(gone).toEqual(leftovers);
  });
});

test("only as many uploads break off as were told, and those to other nodes never do", async () => {
  await play("partial-else", async ({ site, store, ask, inject }) => {
    inject(now.store(first!).partialUpload({ times: 1 }));
    await ask(second!, "store.put", { path, bytes: contents });
    await expect(ask(first!, "store.put", { path, bytes: contents })).rejects.toMatchObject({ outcome: "unknown" });
    await ask(first!, "store.put", { path, bytes: contents });
    expect([holds(site, first!), holds(site, second!)]).toEqual([true, true]);
    expect(await store.put(path, contents)).toBe("exists");
  });
});
