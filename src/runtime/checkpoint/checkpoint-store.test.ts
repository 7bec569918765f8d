import { expect, test } from "vitest";
import { DiskError } from "../../host/disk.ts";
import { RpcError, RpcFault } from "../../rpc/rpc-error.ts";
import type { StoredFile } from "../task/task-contract.ts";
import { CheckpointStore } from "./checkpoint-store.ts";
import { leaderKey } from "./coordination-keys.ts";
import type { LeaderTerm } from "./guarded-register.ts";
import { readMetadata, writeMetadata, type CheckpointMetadata } from "./metadata.ts";
import { MalformedData } from "./plain-data.ts";
import { CheckpointFileLost } from "./storage.ts";
import { ManualHost } from "./test/manual-host.ts";
import { MemoryCoordination } from "./test/memory-coordination.ts";
import { MemoryStorage } from "./test/memory-storage.ts";

const host = new ManualHost();

function storeOf(coordination: MemoryCoordination, storage: MemoryStorage, retained = 1): CheckpointStore {
  const token = coordination.put(leaderKey, {});
  const term: LeaderTerm = { host, coordination, token, over: false, deposed: () => new Promise(() => {}) };
  return new CheckpointStore(term, { job: "j", storage, location: "dfs:///c/j", retained });
}

const metadata = (checkpoint: number): CheckpointMetadata => ({
  job: "j",
  checkpoint,
  leader: 1,
  attempt: 1,
  triggeredAtMs: 5,
  vertices: [{ vertex: "sum", parallelism: 1, maxParallelism: 128 }],
  subtasks: [
    {
      vertex: "sum",
      subtask: 0,
      parallelism: 1,
      files: [{ path: `chk-${checkpoint}/sum`, length: 3, crc32c: 9 }],
      operators: [
        { uid: "sum", keyGroups: [{ group: 4, file: 0, offset: 0, length: 3 }] },
        { uid: "out", committables: [{ checkpoint, items: ["t"] }] },
      ],
      finished: false,
    },
  ],
  enumerators: [{ uid: "source", state: { partitions: [] } }],
});

async function complete(store: CheckpointStore, storage: MemoryStorage, id: number): Promise<readonly number[]> {
  const file = await storage.write(`chk-${id}/metadata`, writeMetadata(metadata(id)));
  return (await store.complete(file, metadata(id))).map(subsumed => subsumed.id);
}

test("metadata comes back as it was written", () => {
  expect(readMetadata(writeMetadata(metadata(7)))).toEqual(metadata(7));
});

test("what is not metadata is refused by name", () => {
  expect(() => readMetadata(new Uint8Array([1, 2, 3]))).toThrow(MalformedData);
  const { subtasks: _, ...without } = metadata(7);
  expect(() => readMetadata(writeMetadata(without as CheckpointMetadata))).toThrow(
    "metadata.subtasks: expected a list, got undefined",
  );
});

test("the next leader recovers the newest completed checkpoint", async () => {
  const coordination = new MemoryCoordination();
  const storage = new MemoryStorage();
  const first = storeOf(coordination, storage);
  await first.recover();
  expect(await complete(first, storage, 1)).toEqual([]);
  expect(await complete(first, storage, 2)).toEqual([1]);
  const second = storeOf(coordination, storage);
  expect((await second.recover())?.metadata).toEqual(metadata(2));
});

test("as many as are retained stay addressable", async () => {
  const coordination = new MemoryCoordination();
  const storage = new MemoryStorage();
  const store = storeOf(coordination, storage, 2);
  await store.recover();
  expect(await complete(store, storage, 1)).toEqual([]);
  expect(await complete(store, storage, 2)).toEqual([]);
  expect(await complete(store, storage, 3)).toEqual([1]);
  expect([...store.addressed()]).toEqual(["chk-2/sum", "chk-2/metadata", "chk-3/sum", "chk-3/metadata"]);
});

test("when the newest cannot be read no older one takes its place", async () => {
  const coordination = new MemoryCoordination();
  const storage = new MemoryStorage();
  const first = storeOf(coordination, storage, 2);
  await first.recover();
  await complete(first, storage, 1);
  await complete(first, storage, 2);
  storage.files.delete("chk-2/metadata");
  const second = storeOf(coordination, storage, 2);
  await expect(second.recover()).rejects.toThrow(CheckpointFileLost);
  expect(second.newest).toBeUndefined();
});

test("a storage that does not answer is asked again, and an error of our own goes up at once", async () => {
  const coordination = new MemoryCoordination();
  const failures: Error[] = [];
  class WeakStorage extends MemoryStorage {
    override async read(file: StoredFile): Promise<Uint8Array> {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      return super.read(file);
    }
  }
  const storage = new WeakStorage();
  const first = storeOf(coordination, storage);
  await first.recover();
  await complete(first, storage, 1);
  failures.push(
    new RpcError("unknown", "timed-out", "store.get"),
    new RpcFault("failed", "EIO"),
    new DiskError("EIO", "read"),
  );
  const recovered = storeOf(coordination, storage).recover();
  await host.advance(5_000);
  expect((await recovered)?.id).toBe(1);
  failures.push(new TypeError("paths is not iterable"));
  await expect(storeOf(coordination, storage).recover()).rejects.toThrow("paths is not iterable");
});
