import { expect, test } from "vitest";
import type { Host, Main } from "../../src/host/host.ts";
import { pause } from "../../src/host/pause.ts";
import { RpcClient } from "../../src/rpc/rpc-client.ts";
import { RpcError, RpcFault } from "../../src/rpc/rpc-error.ts";
import { FileStoreClient } from "../../src/services/file-store/file-store-client.ts";
import { placement } from "../../src/services/file-store/placement.ts";
import { decodeReplica, pathOfReplica, replicaPath } from "../../src/services/file-store/stored-replica.ts";
import { removalLogPath } from "../../src/services/file-store/removals.ts";
import { storageNodeMain } from "../../src/services/file-store/storage-node.ts";
import { ServiceSite, type End } from "./service-site.ts";

const roles = ["dfs0", "dfs1", "dfs2"];
const nodes = roles.map(role => `${role}:rpc`);
const replicas = 2;

function storeSite(seed: string, untilUs?: number): ServiceSite {
  const main =
    (role: string): Main =>
    host =>
      storageNodeMain(host, { address: `${role}:rpc`, dir: `/${role}`, nodes, replicas, rpcTimeoutMs: 100 });
  return new ServiceSite(seed, Object.fromEntries(roles.map(role => [role, main(role)])), untilUs);
}

function storeClient(host: Host): FileStoreClient {
  return new FileStoreClient(host, { nodes, replicas, rpcTimeoutMs: 100 });
}

/** Nodes that would still have the file, whole, if they lost power now. */
function durableCopies(site: ServiceSite, path: string, contents: Uint8Array): string[] {
  return roles.filter(role => {
    const replica = site.disks.get(role)!.durable.read(replicaPath(`/${role}`, path));
    const found = replica === undefined ? undefined : decodeReplica(path, replica);
    return found !== undefined && Buffer.from(found).equals(contents);
  });
}

async function sure<T>(host: Host, ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof RpcError) && !(error instanceof RpcFault && error.code === "failed")) throw error;
      await pause(host, 11);
    }
  }
}

const gone = { left: [], untold: [] };

async function removed(host: Host, store: FileStoreClient, paths: readonly string[]): Promise<void> {
  for (;;) {
    const { left, untold } = await store.remove(paths);
    if (left.length + untold.length === 0) return;
    await pause(host, 11);
  }
}

const contents = (text: string): Uint8Array => new TextEncoder().encode(text.repeat(50));
const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);
const path = "job/chk-1/count[0]#1";

test("a file is put once, read, listed and removed", async () => {
  const site = storeSite("plain");
  await site.play(async host => {
    const store = storeClient(host);
    await pause(host, 20);
    expect(await store.get(path)).toBeUndefined();
    expect(await store.put(path, contents("a"))).toBe("created");
    expect(await store.put(path, contents("a"))).toBe("exists");
    await expect(store.put(path, contents("b"))).rejects.toMatchObject({ code: "different-contents" });
    expect(await store.get(path)).toEqual(contents("a"));
    expect(durableCopies(site, path, contents("a"))).toHaveLength(replicas);
    await store.put("job/chk-2/x", contents("c"));
    expect(await store.list("job/chk-")).toEqual([path, "job/chk-2/x"]);
    expect(await store.remove([path, "never/put"])).toEqual(gone);
    expect(await store.remove([path])).toEqual(gone);
    await expect(store.put(path, contents("a"))).rejects.toMatchObject({ code: "removed" });
    expect(await store.get(path)).toBeUndefined();
    expect(await store.list("")).toEqual(["job/chk-2/x"]);
    expect(durableCopies(site, path, contents("a"))).toEqual([]);
  });
});

test("an acknowledged file is durable on enough nodes at that moment, and a removed one on none, wherever a node ends", async () => {
  for (const how of ["kill", "power-loss"] satisfies End[]) {
    for (let call = 1; call <= 45; call++) {
      const site = storeSite(`sweep-${how}-${call}`);
      const [first] = placement(path, nodes);
      site.endsAtCall(first!.slice(0, 4), 0, call, how);
      site.endsAtCall(roles[call % 3]!, 1, 1 + (call % 19), how === "kill" ? "power-loss" : "kill");
      await site.play(async host => {
        const store = storeClient(host);
        for (const name of [path, "job/chk-1/b", "job/chk-1/c"]) {
          await sure(host, () => store.put(name, contents(name)));
          expect(durableCopies(site, name, contents(name)).length).toBeGreaterThanOrEqual(replicas);
          expect(text(await sure(host, () => store.get(name)))).toBe(text(contents(name)));
        }
        await removed(host, store, [path]);
        expect(durableCopies(site, path, contents(path))).toEqual([]);
        expect(await sure(host, () => store.list("job/"))).toEqual(["job/chk-1/b", "job/chk-1/c"]);
      });
    }
  }
});

test("files that are removed together cost each node one request and one sync of its folder", async () => {
  const site = storeSite("batch");
  const paths = Array.from({ length: 20 }, (_, i) => `job/chk-1/part[${i}]#1`);
  const seen: Record<string, number> = {};
  const count = (what: string): void => void (seen[what] = (seen[what] ?? 0) + 1);
  site.site.network.observeFrames(["store.remove"], ({ frame }) => count(frame.type));
  await site.play(async host => {
    const store = storeClient(host);
    for (const one of paths) await sure(host, () => store.put(one, contents(one)));
    for (const role of roles) site.disks.get(role)!.observe(({ operation }) => count(`${role} ${operation}`), [role]);
    expect(await store.remove(paths)).toEqual(gone);
    for (const one of paths) expect(durableCopies(site, one, contents(one))).toEqual([]);
  });
  expect(seen).toMatchObject({ request: 3, reply: 3 });
  for (const role of roles) expect(seen[`${role} sync-directory`]).toBe(1);
});

test("a path that a node cannot remove hides none that it can", async () => {
  const site = storeSite("half");
  const paths = ["job/a", "job/b", "job/c"];
  await site.play(async host => {
    const store = storeClient(host);
    for (const one of paths) await sure(host, () => store.put(one, contents(one)));
    for (const role of roles)
      site.disks.get(role)!.fail({ path: replicaPath(`/${role}`, "job/b"), code: "EIO", times: 1 });
    expect(await store.remove(paths)).toEqual({ left: [], untold: ["job/b"] });
    expect(durableCopies(site, "job/a", contents("job/a"))).toEqual([]);
    expect(durableCopies(site, "job/b", contents("job/b"))).toHaveLength(replicas);
    expect(await store.remove(paths)).toEqual(gone);
    expect(durableCopies(site, "job/b", contents("job/b"))).toEqual([]);
  });
});

test("a node that is gone is replaced by another", async () => {
  const site = storeSite("gone");
  const [first] = placement(path, nodes);
  await site.play(async host => {
    const store = storeClient(host);
    await pause(host, 20);
    site.site.kill(first!.slice(0, 4));
    expect(await store.put(path, contents("a"))).toBe("created");
    expect(durableCopies(site, path, contents("a"))).toEqual(
      placement(path, nodes)
        .slice(1)
        .map(node => node.slice(0, 4))
        .sort(),
    );
    expect(await store.get(path)).toEqual(contents("a"));
  });
});

test("a put that finds too few nodes fails in the end, and says that its outcome is unknown", async () => {
  const site = storeSite("too-few");
  await site.play(async host => {
    const store = storeClient(host);
    await pause(host, 20);
    site.site.kill("dfs0");
    site.site.kill("dfs1");
    await expect(store.put(path, contents("a"))).rejects.toMatchObject({ name: "RpcError", outcome: "unknown" });
    await expect(store.get("never/put")).rejects.toMatchObject({ name: "RpcError" });
  });
});

test("a listing is one of all files while fewer nodes than replicas are silent, and none of some", async () => {
  const site = storeSite("listing");
  await site.play(async host => {
    const store = storeClient(host);
    await pause(host, 20);
    const paths = Array.from({ length: 12 }, (_, index) => `listed/${index}`).sort();
    for (const one of paths) await store.put(one, contents(one));
    site.site.kill("dfs0");
    expect(await store.list("listed/")).toEqual(paths);
    site.site.kill("dfs1");
    await expect(store.list("listed/")).rejects.toMatchObject({ name: "RpcError" });
  });
});

test("a rotten replica is never returned, and the next read repairs it", async () => {
  const site = storeSite("rot");
  await site.play(async host => {
    const store = storeClient(host);
    await pause(host, 20);
    await store.put(path, contents("a"));
    const [rotten] = placement(path, nodes).map(node => node.slice(0, 4));
    rot(site, rotten!);
    await pause(host, 20);
    expect(durableCopies(site, path, contents("a"))).toHaveLength(1);
    expect(await store.get(path)).toEqual(contents("a"));
    await pause(host, 50);
    expect(durableCopies(site, path, contents("a"))).toHaveLength(replicas);
  });
});

test("when every replica is rotten the read fails loudly", async () => {
  const site = storeSite("all-rotten");
  await site.play(async host => {
    const store = storeClient(host);
    await pause(host, 20);
    await store.put(path, contents("a"));
    for (const node of placement(path, nodes).slice(0, replicas)) rot(site, node.slice(0, 4));
    await pause(host, 20);
    await expect(store.get(path)).rejects.toMatchObject({ code: "rotten" });
  });
});

test("a disk that will not read for a while has lost nothing; one that never reads again has, and the read says so", async () => {
  const site = storeSite("unreadable");
  await site.play(async host => {
    const store = storeClient(host);
    await pause(host, 20);
    await store.put(path, contents("a"));
    const faults = [...site.disks.values()].map(disk =>
      disk.fail({ operation: "open", path: "*/replicas/*", code: "EIO" }),
    );
    await expect(store.get(path)).rejects.toMatchObject({ code: "failed" });
    for (const fault of faults) fault.cure();
    expect(await sure(host, () => store.get(path))).toEqual(contents("a"));
    for (const disk of site.disks.values()) disk.fail({ operation: "open", path: "*/replicas/*", code: "EIO" });
    const brokenMs = host.clock.monotonic();
    await expect(sure(host, () => store.get(path))).rejects.toMatchObject({ code: "rotten" });
    expect(host.clock.monotonic() - brokenMs).toBeLessThan(12_000);
  });
});

test("a put whose sync fails is not acknowledged by that node", async () => {
  const site = storeSite("sync-fails");
  await site.play(async host => {
    const store = storeClient(host);
    await pause(host, 20);
    for (const role of roles) site.disks.get(role)!.syncFails({ path: `/${role}/*`, times: 1 });
    await sure(host, () => store.put(path, contents("a")));
    expect(durableCopies(site, path, contents("a")).length).toBeGreaterThanOrEqual(replicas);
  });
});

test("a file that was being written when the node ended is never listed, and is cleaned up", async () => {
  for (let call = 1; call <= 30; call++) {
    const site = storeSite(`partial-${call}`);
    const first = placement(path, nodes)[0]!.slice(0, 4);
    site.endsAtCall(first, 0, call, "kill");
    await site.play(async host => {
      const store = storeClient(host);
      await sure(host, () => store.put(path, contents("a")));
      await pause(host, 200);
      expect(await store.list("")).toEqual([path]);
      const places = site.disks.get(first)!.durable.list(`/${first}`);
      for (const place of places)
        if (place !== removalLogPath(`/${first}`)) expect(pathOfReplica(`/${first}`, place)).toBe(path);
    });
  }
});

/** Bits of the replica change beneath its node, as another process of its machine would change them. */
function rot(site: ServiceSite, role: string): void {
  const { kernel } = site;
  const vandal = kernel.incarnation(`${role}-rot`, 0);
  const disk = site.site.machineOf(role).disk.port(vandal, vandal.role);
  const damage = async (): Promise<void> => {
    const file = await disk.open(replicaPath(`/${role}`, path), "r+");
    await file.write(Uint8Array.of(0xff), 0, 1, 20);
    await file.sync();
  };
  kernel.at(kernel.nowUs, vandal.owner, () => vandal.turn(() => void damage()));
}

test("a removal does not wait for a node that is away, and what that node brings back is never met", async () => {
  for (let seed = 0; seed < 12; seed++) {
    const site = storeSite(`zombie-${seed}`);
    const away = roles[seed % 3]!;
    await site.play(async host => {
      const store = storeClient(host);
      const paths = ["job/a", "job/b", "job/c", "job/d"];
      for (const one of paths) await sure(host, () => store.put(one, contents(one)));
      site.site.kill(away);
      const held = paths.filter(one => durableCopies(site, one, contents(one)).includes(away));
      expect(await store.remove(paths)).toEqual({ left: [], untold: paths });
      for (const role of roles) if (role !== away) expect(placesOn(site, role)).toEqual([]);
      site.site.start(away);
      expect(held.length === 0 ? [away] : placesOn(site, away)).not.toEqual([]);
      // The other one that knows goes, too, in some of them: what is asked meanwhile meets a node that knows, or waits for one.
      if (seed % 2 === 0) site.site.kill(roles[(seed + 1) % 3]!);
      for (let look = 0; look < 20; look++) {
        const listed = await store.list("job/").catch(() => []);
        expect(listed).toEqual([]);
        for (const one of held) expect(await store.get(one).catch(() => undefined)).toBeUndefined();
      }
      await pause(host, 8_000);
      expect(placesOn(site, away)).toEqual([]);
    });
  }
});

test("what is put again after its removal is refused, and a replica that one node took is removed", async () => {
  const site = storeSite("late-put");
  const away = placement(path, nodes)[0]!.slice(0, 4);
  await site.play(async host => {
    const store = storeClient(host);
    await sure(host, () => store.put(path, contents("a")));
    site.site.kill(away);
    await store.remove([path]);
    site.site.start(away);
    await pause(host, 3);
    await expect(store.put(path, contents("a"))).rejects.toMatchObject({ code: "removed" });
    expect(await store.list("")).toEqual([]);
    await pause(host, 8_000);
    for (const role of roles) expect(placesOn(site, role)).toEqual([]);
  });
});

test("a node that lost its disk serves nobody before it has again what it should hold", async () => {
  const site = storeSite("wiped");
  const wiped = placement(path, nodes)[0]!.slice(0, 4);
  const paths = Array.from({ length: 9 }, (_, i) => `job/part-${i}`);
  await site.play(async host => {
    const store = storeClient(host);
    const rpc = new RpcClient(host, { timeoutMs: 50 });
    for (const one of [path, ...paths]) await sure(host, () => store.put(one, contents(one)));
    await store.remove(["job/part-8"]);
    site.site.powerLoss([wiped]);
    site.disks.get(wiped)!.wipe();
    site.site.powerOn(wiped);
    site.site.start(wiped);
    const answers: unknown[] = [];
    for (let look = 0; look < 40 && answers.at(-1) !== true; look++) {
      await rpc.call(`${wiped}:rpc`, "store.find", { path: "job/part-8" }).then(
        reply => answers.push((reply as { removed: boolean }).removed),
        () => answers.push("silent"),
      );
      await pause(host, 5);
    }
    expect(answers.length).toBeGreaterThan(1);
    expect(new Set(answers)).toEqual(new Set(["silent", true]));
    for (const one of paths.slice(0, 8)) expect(durableCopies(site, one, contents(one))).toHaveLength(replicas);
    expect(durableCopies(site, path, contents(path))).toContain(wiped);
  });
});

test("the files of a node that stays away are on enough others in the end", async () => {
  const site = storeSite("lost-node");
  const paths = Array.from({ length: 9 }, (_, i) => `job/part-${i}`);
  await site.play(async host => {
    const store = storeClient(host);
    for (const one of paths) await sure(host, () => store.put(one, contents(one)));
    site.site.powerLoss(["dfs1"]);
    await pause(host, 10_000);
    const others = (one: string) => durableCopies(site, one, contents(one)).filter(role => role !== "dfs1");
    expect(paths.some(one => others(one).length < replicas)).toBe(true);
    await pause(host, 15_000);
    for (const one of paths) expect(others(one)).toHaveLength(replicas);
  });
});

test("a rotten replica is made good without being read", async () => {
  const site = storeSite("scrub");
  await site.play(async host => {
    const store = storeClient(host);
    await pause(host, 20);
    await store.put(path, contents("a"));
    rot(site, placement(path, nodes)[1]!.slice(0, 4));
    await pause(host, 100);
    expect(durableCopies(site, path, contents("a"))).toHaveLength(1);
    await pause(host, 8_000);
    expect(durableCopies(site, path, contents("a"))).toHaveLength(replicas);
  });
});

test("a node that starts leaves what is rotten on its disk for its next pass", async () => {
  const site = storeSite("scrub-later");
  await site.play(async host => {
    const store = storeClient(host);
    await pause(host, 20);
    await store.put(path, contents("a"));
    const role = placement(path, nodes)[1]!.slice(0, 4);
    site.site.kill(role);
    rot(site, role);
    site.site.start(role);
    await pause(host, 2_000);
    expect(durableCopies(site, path, contents("a"))).toHaveLength(1);
    await pause(host, 6_000);
    expect(durableCopies(site, path, contents("a"))).toHaveLength(replicas);
  });
});

test("a read asks another node for removals when one is silent, and is unsure when all are", async () => {
  const [holder, ...others] = placement(path, nodes).map(node => node.slice(0, 4));
  for (const silent of [[others[0]!], [others[1]!], others]) {
    const site = storeSite(`silent-${silent.join("-")}`);
    await site.play(async host => {
      const store = storeClient(host);
      await pause(host, 20);
      await store.put(path, contents("a"));
      for (const role of silent) site.site.kill(role);
      const read = store.get(path);
      if (silent.length === 1) expect(await read).toEqual(contents("a"));
      else await expect(read, `${holder} alone has answered`).rejects.toBeInstanceOf(RpcError);
    });
  }
});

test("a tombstone is forgotten when every node has had it for long, and not while a node is away", async () => {
  const site = storeSite("graves", 2_000_000_000);
  await site.play(async host => {
    const store = storeClient(host);
    const rpc = new RpcClient(host, { timeoutMs: 50 });
    const tombstones = async () => {
      const { removed, settled } = (await rpc.call("dfs0:rpc", "store.inventory", {})) as Record<string, string[]>;
      return { removed, settled };
    };
    await sure(host, () => store.put(path, contents("a")));
    site.site.kill("dfs2");
    await store.remove([path]);
    await pause(host, 700_000);
    expect(await tombstones()).toEqual({ removed: [path], settled: [] });
    site.site.start("dfs2");
    await pause(host, 20_000);
    expect(await tombstones()).toEqual({ removed: [], settled: [path] });
    await pause(host, 700_000);
    expect(await tombstones()).toEqual({ removed: [], settled: [] });
  });
});

/** Paths of which a node's disk has a replica. */
function placesOn(site: ServiceSite, role: string): readonly (string | undefined)[] {
  const places = site.disks.get(role)!.durable.list(`/${role}`);
  return places.filter(place => place !== removalLogPath(`/${role}`)).map(place => pathOfReplica(`/${role}`, place));
}
