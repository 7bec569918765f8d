import { expect, test } from "vitest";
import { pause } from "../../src/host/pause.ts";
import { placement } from "../../src/services/file-store/placement.ts";
import { pathOfReplica, replicaPath } from "../../src/services/file-store/stored-replica.ts";
import { removalLogPath } from "../../src/services/file-store/removals.ts";
import type { End } from "./service-site.ts";
import {
  contents,
  durableCopies,
  gone,
  nodes,
  path,
  removed,
  replicas,
  roles,
  rot,
  storeClient,
  storeSite,
  sure,
  text,
} from "./store-site.ts";

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

test("a put that no node could be asked for did not happen", async () => {
  const site = storeSite("none");
  await site.play(async host => {
    const store = storeClient(host);
    await pause(host, 20);
    for (const role of roles) site.site.kill(role);
    await expect(store.put(path, contents("a"))).rejects.toMatchObject({ name: "RpcError", outcome: "did-not-happen" });
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

test("a removal that only one node of three knows of is not done: the two others could bring the file back", async () => {
  const site = storeSite("few-know");
  await site.play(async host => {
    const store = storeClient(host);
    await sure(host, () => store.put(path, contents("a")));
    for (const role of roles.slice(1)) site.site.kill(role);
    expect((await store.remove([path])).left).toEqual([path]);
  });
});
