import { job, logSource, type Host, type Oracle, type Sink, type Violation } from "millrace";
import { DiskError } from "../../src/host/disk.ts";
import { exists, makeDurableFolder, publishFile } from "../../src/host/file.ts";
import { RpcClient } from "../../src/rpc/rpc-client.ts";
import { RpcError, RpcFault } from "../../src/rpc/rpc-error.ts";
import { startRpcServer } from "../../src/rpc/rpc-server.ts";

/**
 * An author's own external system, with the sink that talks to it and the claim that judges it by its disk: a database
 * that prepares batches of rows and commits each once, as files `/pg/prepared/<id>` and `/pg/committed/<id>`.
 */
export function database(options: DatabaseOptions): (host: Host) => void {
  return host => void serve(host, options);
}

export interface DatabaseOptions {
  readonly durablePrepare: boolean;
  /** It does not know any more what it has committed. */
  readonly forgetsCommits?: boolean;
}

async function serve(host: Host, { durablePrepare, forgetsCommits = false }: DatabaseOptions): Promise<void> {
  const { disk } = host;
  await makeDurableFolder(disk, "/pg/prepared");
  await makeDurableFolder(disk, "/pg/committed");
  await startRpcServer(host, "pg:sql", {
    "pg.prepare": async body => {
      const { id, rows } = body as Batch;
      if (await exists(disk, `/pg/committed/${id}`)) return;
      const bytes = new TextEncoder().encode(rows.join("\n"));
      if (durablePrepare) return publishFile(disk, `/pg/prepared/${id}`, bytes);
      const file = await disk.open(`/pg/prepared/${id}`, "w");
      await file.write(bytes, 0, bytes.length, 0);
      await file.close();
    },
    "pg.commit": async body => {
      const { id } = body as Pick<Batch, "id">;
      if (!forgetsCommits && (await exists(disk, `/pg/committed/${id}`))) return syncedAgain(host);
      if (!(await exists(disk, `/pg/prepared/${id}`))) return "unknown-id";
      await disk.rename(`/pg/prepared/${id}`, `/pg/committed/${id}`);
      await disk.syncDirectory("/pg/committed");
      return "committed";
    },
  });
}

/** An earlier commit may have renamed the batch and died before the sync. */
async function syncedAgain({ disk }: Host): Promise<string> {
  await disk.syncDirectory("/pg/committed");
  return "already-committed";
}

interface Batch {
  readonly id: string;
  readonly rows: readonly string[];
}

/** One batch for each checkpoint interval, prepared with the checkpoint and committed when it is complete. */
const databaseSink: Sink<string> = {
  kind: "pg",
  createWriter: ({ host, operator, subtask, attempt }) => {
    const client = new RpcClient(host, { timeoutMs: 500 });
    let rows: string[] = [];
    let batches = 0;
    return {
      write: row => void rows.push(row),
      async prepareCommit() {
        if (rows.length === 0) return [];
        const batch: Batch = { id: `${operator}-${subtask}-${attempt}-${batches++}`, rows };
        rows = [];
        while (!(await answered(client.call("pg:sql", "pg.prepare", batch)))) await later(host);
        return [batch.id];
      },
      close: () => client.close(),
    };
  },
  createCommitter: ({ host }) => {
    const client = new RpcClient(host, { timeoutMs: 500 });
    return {
      async commit(id) {
        const answer = await answered(client.call("pg:sql", "pg.commit", { id }));
        return answer === undefined ? "unknown" : (answer.reply as "committed" | "already-committed" | "unknown-id");
      },
      close: () => client.close(),
    };
  },
};

/** Undefined: whether it happened is not known. */
async function answered(call: Promise<unknown>): Promise<{ readonly reply: unknown } | undefined> {
  try {
    return { reply: await call };
  } catch (error) {
    if (error instanceof RpcError || error instanceof RpcFault || error instanceof DiskError) return undefined;
    throw error;
  }
}

function later(host: Host): Promise<void> {
  return new Promise(resolve => void host.timer(50, resolve));
}

export const linesToDatabase = job("lines-to-database", env => {
  env.enableCheckpointing(150);
  env.fromSource(logSource<string>({ topic: "input", bounded: true }), "lines").sinkTo(databaseSink);
});

/** When the job has finished, each input line stands in exactly one committed batch: read from the service's own disk. */
export const eachLineOnce: Oracle = {
  id: "PG-1",
  sentence: "Each line stands in exactly one committed batch.",
  expectation: "eventually",
  wants: {},
  begin: setting => {
    const fold = {
      checked: 0,
      on: (): undefined => undefined,
      end(final: { readonly job: string }): readonly Violation[] {
        if (final.job !== "finished") return [];
        fold.checked++;
        const view = setting.durable("pg");
        const committed = view
          .list("/pg/committed")
          .flatMap(path => new TextDecoder().decode(view.read(path)).split("\n"))
          .sort();
        const wanted = Object.values(setting.input).flat(2).map(String).sort();
        if (committed.join() === wanted.join()) return [];
        const message = `${committed.length} lines are committed of ${wanted.length}`;
        return [{ claim: "PG-1", where: "pg", message }];
      },
    };
    return fold;
  },
};
