import { startRpcServer, type DiskFile, type DurableView, type Host } from "millrace";

/**
 * An external system of one's own, as small as it can be: a ledger that takes batches in two phases. What it answers is
 * on its disk before. Its whole memory is the file; a new life reads it again. An error that nobody catches ends this life.
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
  const path = `${folder}/${FILE}`;
  // A sync that failed in an earlier life may have left lines in memory alone, where they look safe. So every life writes
  // what it finds to a new file, whole lines only, and puts that in the old one's place.
  const old = await host.disk.open(path, "a+");
  const bytes = await contentsOf(old);
  await old.close();
  const known = readLines(bytes);
  await host.disk.rm(`${path}.new`, { force: true });
  const file = await host.disk.open(`${path}.new`, "a");
  await append(file, bytes.subarray(0, known.wholeBytes));
  await file.sync();
  await host.disk.rename(`${path}.new`, path);
  await host.disk.syncDirectory(folder);
  await host.disk.syncDirectory("/");
  const batches = known.batches;
  const committed = new Set(known.committed.map(({ batch }) => batch));

  // One request after the other: each sees what the one before it has left on the disk, and two never share a place in
  // the file. A disk that fails ends the process: after a failed sync nobody knows what is there, until it is read again.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (act: () => Promise<string>): Promise<string> => {
    const answer = last.then(act).catch(() => {
      host.exit(1);
      return new Promise<never>(() => {});
    });
    last = answer;
    return answer;
  };

  await startRpcServer(host, "ledger:rpc", {
    "ledger.prepare": body =>
      inTurn(async () => {
        const { batch, entries } = body as Prepared;
        if (batches.has(batch)) return "prepared";
        await write(file, { kind: "prepared", batch, entries });
        batches.set(batch, entries);
        return "prepared";
      }),
    "ledger.commit": body =>
      inTurn(async () => {
        const { batch } = body as Committed;
        if (!batches.has(batch)) return "unknown-id";
        if (committed.has(batch)) return "already-committed";
        await write(file, { kind: "committed", batch });
        committed.add(batch);
        return "committed";
      }),
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
  await append(file, new TextEncoder().encode(`${JSON.stringify(line)}\n`));
  await file.sync();
}

/** A disk that is nearly full takes a part of the bytes, and refuses the rest. */
async function append(file: DiskFile, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length)
    written += (await file.write(bytes, written, bytes.length - written, null)).bytesWritten;
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
