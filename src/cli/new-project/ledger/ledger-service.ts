import { startRpcServer, type DiskFile, type DurableView, type Host } from "millrace";

/**
 * An external system of one's own, as small as it can be: a ledger that takes batches in two phases. What it answers is
 * on its disk before. Its whole memory is the file; a new life reads it again.
 *
 * `ledger.prepare { batch, entries }` keeps a batch, invisible yet; `ledger.commit { batch }` makes it visible, once.
 */
export function ledgerMain(host: Host, { folder }: { readonly folder: string }): void {
  void serve(host, folder);
}

/** Every commit in its order, from the bytes that a disk holds. */
export function committedEntries(view: DurableView, folder: string): readonly unknown[] {
  return readLines(view.read(`${folder}/${FILE}`) ?? new Uint8Array()).committed.flatMap(({ entries }) => entries);
}

async function serve(host: Host, folder: string): Promise<void> {
  await host.disk.mkdir(folder, { recursive: true });
  const file = await host.disk.open(`${folder}/${FILE}`, "a+");
  await host.disk.syncDirectory(folder);
  await host.disk.syncDirectory("/");
  const known = readLines(await contentsOf(file));
  // A power loss may have left half a line: it was never answered, so it never was.
  await file.truncate(known.wholeBytes);
  const batches = known.batches;
  const committed = new Set(known.committed.map(({ batch }) => batch));

  // One line after the other: two writers must not share a place in the file.
  let last: Promise<void> = Promise.resolve();
  const append = (line: Line): Promise<void> => (last = last.then(() => write(file, line)));

  await startRpcServer(host, "ledger:rpc", {
    "ledger.prepare": async body => {
      const { batch, entries } = body as Prepared;
      if (!batches.has(batch)) {
        await append({ kind: "prepared", batch, entries });
        batches.set(batch, entries);
      }
      return "prepared";
    },
    "ledger.commit": async body => {
      const { batch } = body as Committed;
      if (!batches.has(batch)) return "unknown-id";
      if (committed.has(batch)) return "already-committed";
      committed.add(batch);
      await append({ kind: "committed", batch });
      return "committed";
    },
  });
}

interface Prepared {
  readonly batch: string;
  readonly entries: readonly unknown[];
}

interface Committed {
  readonly batch: string;
}

type Line = ({ readonly kind: "prepared" } & Prepared) | ({ readonly kind: "committed" } & Committed);

async function write(file: DiskFile, line: Line): Promise<void> {
  const bytes = new TextEncoder().encode(`${JSON.stringify(line)}\n`);
  await file.write(bytes, 0, bytes.length, null);
  await file.sync();
}

async function contentsOf(file: DiskFile): Promise<Uint8Array> {
  const { size } = await file.stat();
  const bytes = new Uint8Array(size);
  let read = 0;
  while (read < size) {
    const { bytesRead } = await file.read(bytes, read, size - read, read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return bytes.subarray(0, read);
}

function readLines(bytes: Uint8Array) {
  const wholeBytes = bytes.lastIndexOf(10) + 1;
  const batches = new Map<string, readonly unknown[]>();
  const committed: Prepared[] = [];
  for (const text of new TextDecoder().decode(bytes.subarray(0, wholeBytes)).split("\n")) {
    if (text === "") continue;
    const line = JSON.parse(text) as Line;
    if (line.kind === "prepared") batches.set(line.batch, line.entries);
    else committed.push({ batch: line.batch, entries: batches.get(line.batch) ?? [] });
  }
  return { wholeBytes, batches, committed };
}

const FILE = "ledger.jsonl";
