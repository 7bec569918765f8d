import type { Host } from "../../host/host.ts";
import { Body } from "../../rpc/body.ts";
import { RpcFault } from "../../rpc/rpc-error.ts";
import { startRpcServer, type RpcHandler, type RpcHandlers } from "../../rpc/rpc-server.ts";
import { untilDiskObeys } from "../write-ahead-log.ts";
import { Removals } from "./removals.ts";
import { ReplicaFolder } from "./replica-folder.ts";
import { Replication, type StorageRing } from "./replication.ts";

/**
 * One node of the replicated file store: it keeps replicas and answers for its own disk alone. On which nodes a file is
 * put, and that there are enough, is the client's business (file-store-client.ts); that there are enough again after a
 * loss, and that a removal reaches every node, is that of the nodes among themselves (replication.ts).
 *
 * A node that has lost its disk answers only its peers until it has caught up with them: what it lacks would look like
 * what never was.
 */
export function storageNodeMain(
  host: Host,
  config: StorageNodeConfig,
  startServer: StartServer = startRpcServer,
): void {
  void serve(host, config, startServer);
}

export interface StorageNodeConfig extends StorageRing {
  readonly dir: string;
}

/** How handlers are served; whoever starts the node may put something before them. */
export type StartServer = (host: Host, address: string, handlers: RpcHandlers) => Promise<unknown>;

async function serve(host: Host, config: StorageNodeConfig, startServer: StartServer): Promise<void> {
  const removals = await Removals.open(host, config.dir);
  const folder = await untilDiskObeys(host, () => ReplicaFolder.open(host, config.dir, removals));
  const replication = new Replication(host, { folder, removals }, config);
  await startServer(host, config.address, {
    ...unlessCatchingUp(removals, handlers(folder, removals, replication)),
    "store.inventory": () => ({
      files: folder.list(""),
      removed: removals.unsettled(""),
      settled: removals.settled(),
    }),
  });
  replication.begin();
}

function unlessCatchingUp(removals: Removals, handlers: RpcHandlers): RpcHandlers {
  const guarded = Object.entries(handlers).map(([method, handler]): [string, RpcHandler] => [
    method,
    (request, call) => {
      if (removals.catchingUp) throw new RpcFault("failed", "this node has lost its disk and is catching up");
      return handler(request, call);
    },
  ]);
  return Object.fromEntries(guarded);
}

function handlers(folder: ReplicaFolder, removals: Removals, replication: Replication): RpcHandlers {
  return {
    "store.put": async request => {
      const body = new Body(request);
      const path = readPath(body);
      const outcome = await folder.put(path, body.bytes("bytes"));
      if (outcome === "different-contents") throw new RpcFault(outcome, `${path} exists and holds something else`);
      if (outcome === "removed") throw new RpcFault(outcome, `${path} was removed, and its name is used up`);
      return { outcome };
    },
    "store.get": async request => {
      const found = await folder.get(readPath(new Body(request)));
      return found instanceof Uint8Array ? { state: "present", bytes: found } : { state: found };
    },
    "store.remove": async request => {
      const left = await folder.remove(readPaths(request));
      replication.tellSoon();
      return { left };
    },
    "store.settle": request => removals.settle(readPaths(request)),
    "store.find": request => ({ removed: removals.has(readPath(new Body(request))) }),
    "store.list": request => {
      const prefix = new Body(request).text("prefix");
      return { paths: folder.list(prefix), removed: removals.known(prefix) };
    },
  };
}

function readPath(body: Body): string {
  return checkedPath(body.text("path"));
}

function readPaths(request: unknown): string[] {
  return new Body(request).list("paths").map(path => checkedPath(path));
}

function checkedPath(path: unknown): string {
  if (typeof path !== "string") throw new RpcFault("malformed", "paths: a list of texts is wanted");
  const bytes = encodeURIComponent(path).length;
  if (bytes === 0 || bytes > NAME_BYTES_MAX || path === "." || path === "..") {
    throw new RpcFault("malformed", `path: a name of 1 to ${NAME_BYTES_MAX} bytes, escaped, is wanted, not "${path}"`);
  }
  return path;
}

/** Linux's limit for one name. */
const NAME_BYTES_MAX = 255;
