import type { Host, Main } from "../../src/host/host.ts";
import { pause } from "../../src/host/pause.ts";
import { RpcError, RpcFault } from "../../src/rpc/rpc-error.ts";
import { FileStoreClient } from "../../src/services/file-store/file-store-client.ts";
import { decodeReplica, pathOfReplica, replicaPath } from "../../src/services/file-store/stored-replica.ts";
import { removalLogPath } from "../../src/services/file-store/removals.ts";
import { storageNodeMain } from "../../src/services/file-store/storage-node.ts";
import { ServiceSite } from "./service-site.ts";

/** A file store of three nodes with two replicas of each file, and what its laws look at. */

export const roles = ["dfs0", "dfs1", "dfs2"];
export const nodes = roles.map(role => `${role}:rpc`);
export const replicas = 2;

export function storeSite(seed: string, untilUs?: number): ServiceSite {
  const main =
    (role: string): Main =>
    host =>
      storageNodeMain(host, { address: `${role}:rpc`, dir: `/${role}`, nodes, replicas, rpcTimeoutMs: 100 });
  return new ServiceSite(seed, Object.fromEntries(roles.map(role => [role, main(role)])), untilUs);
}

export function storeClient(host: Host): FileStoreClient {
  return new FileStoreClient(host, { nodes, replicas, rpcTimeoutMs: 100 });
}

/** Nodes that would still have the file, whole, if they lost power now. */
export function durableCopies(site: ServiceSite, path: string, contents: Uint8Array): string[] {
  return roles.filter(role => {
    const replica = site.disks.get(role)!.durable.read(replicaPath(`/${role}`, path));
    const found = replica === undefined ? undefined : decodeReplica(path, replica);
    return found !== undefined && Buffer.from(found).equals(contents);
  });
}

export async function sure<T>(host: Host, ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof RpcError) && !(error instanceof RpcFault && error.code === "failed")) throw error;
      await pause(host, 11);
    }
  }
}

export const gone = { left: [], untold: [] };

export async function removed(host: Host, store: FileStoreClient, paths: readonly string[]): Promise<void> {
  for (;;) {
    const { left, untold } = await store.remove(paths);
    if (left.length + untold.length === 0) return;
    await pause(host, 11);
  }
}

export const contents = (text: string): Uint8Array => new TextEncoder().encode(text.repeat(50));
export const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);
export const path = "job/chk-1/count[0]#1";

/** Bits of the replica change beneath its node, as another process of its machine would change them. */
export function rot(site: ServiceSite, role: string): void {
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

/** Paths of which a node's disk has a replica. */
export function placesOn(site: ServiceSite, role: string): readonly (string | undefined)[] {
  const places = site.disks.get(role)!.durable.list(`/${role}`);
  return places.filter(place => place !== removalLogPath(`/${role}`)).map(place => pathOfReplica(`/${role}`, place));
}
