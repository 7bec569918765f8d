import type { Host } from "../../host/host.ts";
import { Body } from "../../rpc/body.ts";
import { RpcFault } from "../../rpc/rpc-error.ts";
import { startRpcServer, type RpcHandlers } from "../../rpc/rpc-server.ts";
import { untilDiskObeys } from "../write-ahead-log.ts";
import { ReplicaFolder } from "./replica-folder.ts";

/**
 * One node of the replicated file store: it keeps replicas and answers for its own disk alone. It knows no other node;
 * which nodes hold a file, and that there are enough, is the client's business (file-store-client.ts).
 */
export function storageNodeMain(host: Host, config: { readonly address: string; readonly dir: string }): void {
  void serve(host, config.address, config.dir);
}

async function serve(host: Host, address: string, dir: string): Promise<void> {
  const folder = await untilDiskObeys(host, () => ReplicaFolder.open(host, dir));
  await startRpcServer(host, address, handlers(folder));
}

function handlers(folder: ReplicaFolder): RpcHandlers {
  return {
    "store.put": async request => {
      const body = new Body(request);
      const path = readPath(body);
      const outcome = await folder.put(path, body.bytes("bytes"));
      if (outcome === "different-contents") throw new RpcFault(outcome, `${path} exists and holds something else`);
      return { outcome };
    },
    "store.get": async request => {
      const found = await folder.get(readPath(new Body(request)));
      return found instanceof Uint8Array ? { state: "present", bytes: found } : { state: found };
    },
    "store.remove": async request => ({
      left: await folder.remove(new Body(request).list("paths").map(path => checkedPath(path))),
    }),
    "store.list": request => ({ paths: folder.list(new Body(request).text("prefix")) }),
  };
}

function readPath(body: Body): string {
  return checkedPath(body.text("path"));
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
