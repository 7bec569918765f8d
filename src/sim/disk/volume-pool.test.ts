import fc from "fast-check";
import { expect, test } from "vitest";
import type { Disk } from "../../host/disk.ts";
import { diskScript, playScript, type DiskStep } from "../test/disk-script.ts";
import { diskStory } from "../test/disk-story.ts";
import { VolumePool } from "./volume-pool.ts";

async function play(script: readonly DiskStep[], volumes: VolumePool): Promise<{ seen: string[]; digest: string }> {
  let seen: string[] = [];
  const run = async (disk: Disk): Promise<void> => {
    seen = await playScript(disk, script);
  };
  const story = await diskStory({ seed: "pool", volumes, lives: [{ run }] });
  if (story.errors.length > 0) throw story.errors[0];
  story.disk.dispose();
  return { seen, digest: story.kernel.journal.digest.hex };
}

test("1,000 times a pooled volume equals a new one, and one volume serves them all", async () => {
  const pool = new VolumePool();
  for (const script of fc.sample(diskScript, { numRuns: 1_000, seed: 11 })) {
    const short = script.slice(0, 6);
    expect(await play(short, pool)).toEqual(await play(short, new VolumePool()));
  }
  expect(pool.idle).toBe(1);
});

test("an idle volume holds nothing of the disk that it served", async () => {
  const pool = new VolumePool();
  const volume = pool.take();
  const file = volume.root.createChild("f", volume.createNode(0o100666));
  file.node.write(Buffer.alloc(1_000), 0, 1_000, 0);
  pool.give(volume);
  expect(pool.take()).toBe(volume);
  expect(volume.root.children.get("f")).toBeUndefined();
  expect(Object.keys(volume.inodes)).toHaveLength(1);
});

test("a disk that is never used takes no volume", async () => {
  const pool = new VolumePool();
  const { disk } = await diskStory({
    seed: "idle",
    volumes: pool,
    lives: [{ run: () => Promise.resolve(), then: "power-loss" }],
  });
  disk.dispose();
  expect(pool.idle).toBe(0);
});

test("a node that was given back is empty, whatever it was", () => {
  const pool = new VolumePool();
  const volume = pool.take();
  const node = pool.takeNode(volume, 0o100666);
  node.write(Buffer.from("secret"), 0, 6, 0);
  pool.giveNodes([node]);
  const again = pool.takeNode(volume, 0o40777);
  expect(again).toBe(node);
  expect(again.isDirectory()).toBe(true);
  expect(again.getSize()).toBe(0);
  expect(again.buf).toHaveLength(0);
});

test("the pool keeps no more volumes than it may", () => {
  const pool = new VolumePool({ idleMax: 2 });
  const volumes = [pool.take(), pool.take(), pool.take()];
  for (const volume of volumes) pool.give(volume);
  expect(pool.idle).toBe(2);
});
