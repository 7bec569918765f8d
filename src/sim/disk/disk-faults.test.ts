import { expect, test } from "vitest";
import { DiskError, type Disk } from "../../host/disk.ts";
import { publishFile, readFile, writeNewFile } from "../../host/file.ts";
import { diskStory, type DiskLife } from "../test/disk-story.ts";
import type { DiskFault } from "./disk-fault.ts";
import type { SimDisk } from "./sim-disk.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text);

async function play(lives: readonly DiskLife[], inject?: (disk: SimDisk) => DiskFault) {
  let fault: DiskFault | undefined;
  const story = await diskStory({ seed: "faults", lives, prepare: disk => (fault = inject?.(disk)) });
  expect(story.errors).toEqual([]);
  return { ...story, effect: fault?.effect, digest: story.kernel.journal.digest.hex };
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "done",
    (error: unknown) => (error instanceof DiskError ? error.code : String(error)),
  );
}

test("an injected error meets the chosen operation and path, as often as it says, and changes nothing", async () => {
  const codes: string[] = [];
  const run = async (disk: Disk): Promise<void> => {
    await writeNewFile(disk, "/a.log", bytes("kept"));
    for (const from of ["/a.log", "/other", "/a.log", "/a.log"]) codes.push(await codeOf(disk.rename(from, "/b")));
  };
  const { effect } = await play([{ run }], disk => {
    return disk.fail({ operation: "rename", path: "/*.log", code: "EIO", times: 2 });
  });
  expect(codes).toEqual(["EIO", "ENOENT", "EIO", "done"]);
  expect(effect?.count).toBe(2);
  expect(effect?.note).toBe("EIO for tm0's rename of /a.log");
});

test("a cured error meets no call any more", async () => {
  let fault: DiskFault | undefined;
  const codes: string[] = [];
  const run = async (disk: Disk): Promise<void> => {
    codes.push(await codeOf(disk.readdir("/")));
    fault?.cure();
    codes.push(await codeOf(disk.readdir("/")));
  };
  await play([{ run }], disk => (fault = disk.fail({ operation: "readdir", code: "EIO" })));
  expect(codes).toEqual(["EIO", "done"]);
});

test("a failed sync loses its pages silently: the next sync succeeds, reads show them, a power loss takes them", async () => {
  const seen: string[] = [];
  const run = async (disk: Disk): Promise<void> => {
    await publishFile(disk, "/f", bytes("old"));
    const file = await disk.open("/f", "r+");
    await file.write(bytes("new!"), 0, 4, 0);
    seen.push(await codeOf(file.sync()), await codeOf(file.sync()));
    seen.push(Buffer.from(await readFile(disk, "/f")).toString());
  };
  const after = async (disk: Disk): Promise<void> => {
    seen.push(Buffer.from(await readFile(disk, "/f")).toString());
  };
  await play([{ run, then: "power-loss" }, { run: after }], disk => disk.syncFails({ path: "/f" }));
  expect(seen).toEqual(["EIO", "done", "new!", "old"]);
});

test("what is written after a failed sync becomes durable with the next one", async () => {
  let after = "";
  const run = async (disk: Disk): Promise<void> => {
    await publishFile(disk, "/f", bytes("old"));
    const file = await disk.open("/f", "r+");
    await file.write(bytes("LOST"), 0, 4, 3);
    await codeOf(file.sync());
    await file.write(bytes("kept"), 0, 4, 7);
    await file.sync();
  };
  const second = async (disk: Disk): Promise<void> => {
    after = Buffer.from(await readFile(disk, "/f")).toString();
  };
  await play([{ run, then: "power-loss" }, { run: second }], disk => disk.syncFails({ path: "/f" }));
  expect(after).toBe("old\0\0\0\0kept");
});

test("a slow disk takes longer by factor and extra, and does the same", async () => {
  const run = (disk: Disk): Promise<void> => publishFile(disk, "/f", bytes("x"));
  const plain = await play([{ run }]);
  const slow = await play([{ run }], disk => disk.slow({ factor: 10 }));
  const later = await play([{ run }], disk => disk.slow({ operation: "rename", extraUs: 5_000 }));
  expect(slow.kernel.nowUs).toBe(plain.kernel.nowUs * 10);
  expect(later.kernel.nowUs).toBe(plain.kernel.nowUs + 5_000);
  expect(later.effect?.count).toBe(1);
  expect(slow.disk.counts).toEqual(plain.disk.counts);
});

test("a fault without effect can be taken away and all else stays equal", async () => {
  const run = (disk: Disk): Promise<void> => publishFile(disk, "/f", bytes("x"));
  const lives: DiskLife[] = [{ run, then: "kill", endsAfterUs: 700 }, { run, then: "power-loss" }, { run }];
  const plain = await play(lives);
  for (const inject of [
    (disk: SimDisk) => disk.fail({ path: "/elsewhere/*", code: "EIO" }),
    (disk: SimDisk) => disk.syncFails({ role: "jm0" }),
    (disk: SimDisk) => disk.slow({ operation: "rmdir", factor: 100 }),
  ]) {
    const faulty = await play(lives, inject);
    expect(faulty.effect?.count).toBe(0);
    expect(faulty.digest).toBe(plain.digest);
  }
});

test("a fault with an effect changes the digest", async () => {
  const run = async (disk: Disk): Promise<void> => void (await codeOf(publishFile(disk, "/f", bytes("x"))));
  const plain = await play([{ run }]);
  const faulty = await play([{ run }], disk => disk.fail({ operation: "sync", code: "EIO" }));
  expect(faulty.effect?.count).toBe(1);
  expect(faulty.digest).not.toBe(plain.digest);
});
