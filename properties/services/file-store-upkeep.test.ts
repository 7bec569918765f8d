import { expect, test } from "vitest";
import { pause } from "../../src/host/pause.ts";
import { RpcClient } from "../../src/rpc/rpc-client.ts";
import { RpcError } from "../../src/rpc/rpc-error.ts";
import { placement } from "../../src/services/file-store/placement.ts";
import {
  contents,
  durableCopies,
  nodes,
  path,
  placesOn,
  replicas,
  roles,
  rot,
  storeClient,
  storeSite,
  sure,
} from "./store-site.ts";

/** What nodes of the file store owe each other: removals they have missed, and replicas that are gone or rotten. */

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
