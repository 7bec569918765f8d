import { expect, test } from "vitest";
import { Discarder } from "./discarder.ts";
import { ManualHost, settle } from "./test/manual-host.ts";
import { MemoryStorage } from "./test/memory-storage.ts";

/** Storage that removes what it can, and says of some paths that it could not. */
class HalfStorage extends MemoryStorage {
  readonly failing = new Set<string>();

  override async remove(paths: readonly string[]): Promise<readonly string[]> {
    await super.remove(paths);
    return paths.filter(path => this.failing.has(path));
  }
}

function bench() {
  const host = new ManualHost();
  const storage = new HalfStorage();
  return { host, storage, discarder: new Discarder(host, storage) };
}

test("a path that cannot be removed keeps no other path waiting", async () => {
  const { storage, discarder } = bench();
  storage.failing.add("a");
  discarder.discard(["a", "b", "c"]);
  await settle();
  expect(storage.removed).toEqual(["a", "b", "c"]);
});

test("a path that cannot be removed is tried again, and not for ever", async () => {
  const { host, storage, discarder } = bench();
  storage.failing.add("a");
  discarder.discard(["a"]);
  await host.advance(250);
  expect(storage.removed).toEqual(["a", "a"]);
  await host.advance(60_000);
  expect(storage.removed).toHaveLength(25);
});

test("what comes while a round is under way is removed with the next", async () => {
  const { host, storage, discarder } = bench();
  storage.failing.add("a");
  discarder.discard(["a"]);
  await settle();
  discarder.discard(["b"]);
  await host.advance(250);
  expect(storage.removed).toEqual(["a", "b", "a"]);
});

test("a deposed leader removes nothing more", async () => {
  const { host, storage, discarder } = bench();
  storage.failing.add("a");
  discarder.discard(["a"]);
  await settle();
  discarder.close();
  discarder.discard(["b"]);
  await host.advance(60_000);
  expect(storage.removed).toEqual(["a"]);
});
