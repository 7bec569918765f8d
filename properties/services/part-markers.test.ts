import { expect, test } from "vitest";
import { pause } from "../../src/host/pause.ts";
import { openPartStore } from "../../src/runtime/connectors/part-store.ts";
import { storageNodeMain } from "../../src/services/file-store/storage-node.ts";
import { ServiceSite } from "./service-site.ts";

const roles = ["dfs0", "dfs1", "dfs2"];
const nodes = roles.map(role => `${role}:rpc`);
const cluster = { replicas: 2, rpcTimeoutMs: 100 };

test("a part whose marker has rotted everywhere is not swept: nobody can say that it was not committed", async () => {
  const main = (role: string) => (host: Parameters<typeof storageNodeMain>[0]) =>
    storageNodeMain(host, { address: `${role}:rpc`, dir: `/${role}`, nodes, ...cluster });
  const site = new ServiceSite("markers", Object.fromEntries(roles.map(role => [role, main(role)])));
  const rotten = (role: string) => site.disks.get(role)!.rot({ path: "*committed*" });
  await site.play(async host => {
    await pause(host, 50);
    const services = { broker: "", storageNodes: nodes, transactionTimeoutMs: 1, ...cluster };
    const parts = openPartStore("dfs:///out", host, services);
    for (const name of ["p", "q"]) await parts.prepare(name, new TextEncoder().encode(`${name}\n`));
    expect(await parts.commit("p")).toBe("committed");
    expect(roles.filter(role => rotten(role) !== undefined)).toHaveLength(2);
    // The bytes that rot lie on the disks; what the nodes remember of them they forget.
    for (const role of roles) site.end(role, "power-loss", 10_000);
    await pause(host, 100);
    for (let left: readonly string[] = ["p", "q"]; left.length > 0;) left = await parts.discard(left);
    expect(await parts.list()).toEqual({ pending: [], committed: ["p"] });
    expect(await parts.commit("q")).toBe("unknown-id");
    // Its bytes are there still.
    expect(await parts.commit("p")).not.toBe("unknown-id");
  });
});
