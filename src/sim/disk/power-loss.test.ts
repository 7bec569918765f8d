import fc from "fast-check";
import { expect, test } from "vitest";
import type { Disk } from "../../host/disk.ts";
import { exists, publishFile, writeNewFile } from "../../host/file.ts";
import { diskScript, playScript } from "../test/disk-script.ts";
import { diskStory } from "../test/disk-story.ts";
import { syncAll, treeAfterPowerLoss, treeOf } from "../test/power-loss-story.ts";

const seeds = Array.from({ length: 40 }, (_, seed) => `p${seed}`);

test("whatever was done, what is synced to the last file and folder comes back as it was", async () => {
  await fc.assert(
    fc.asyncProperty(diskScript, fc.integer(), async (script, seed) => {
      let before: string[] = [];
      const after = await treeAfterPowerLoss(`${seed}`, async disk => {
        await playScript(disk, script);
        await syncAll(disk);
        before = await treeOf(disk);
      });
      expect(after).toEqual(before);
    }),
    { numRuns: 60, seed: 7 },
  );
});

test("without any sync a power loss takes the disk back to a moment that it has shown", async () => {
  const oneChangeEach = diskScript.map(script =>
    script
      .filter(({ do: what }) => what !== "sync" && what !== "sync-directory" && what !== "rm")
      .map(step => (step.do === "mkdir" ? { ...step, recursive: false } : step)),
  );
  let undone = 0;
  await fc.assert(
    fc.asyncProperty(oneChangeEach, fc.integer(), async (script, seed) => {
      const shown = new Set<string>(["[]"]);
      let last = "";
      const after = await treeAfterPowerLoss(`${seed}`, async disk => {
        await playScript(disk, script, async () => {
          last = JSON.stringify(await treeOf(disk));
          shown.add(last);
        });
      });
      expect(shown).toContain(JSON.stringify(after));
      if (JSON.stringify(after) !== last) undone++;
    }),
    { numRuns: 60, seed: 8 },
  );
  expect(undone).toBeGreaterThan(10);
});

test("a rename between folders is atomic: with either folder synced there is exactly one name", async () => {
  for (const synced of ["/from", "/to", undefined]) {
    for (const seed of seeds) {
      const tree = await treeAfterPowerLoss(seed, async disk => {
        await disk.mkdir("/from");
        await disk.mkdir("/to");
        await writeNewFile(disk, "/from/f", Buffer.from("x"));
        await syncAll(disk);
        await disk.rename("/from/f", "/to/f");
        if (synced !== undefined) await disk.syncDirectory(synced);
      });
      const files = tree.filter(line => line.endsWith(": 78"));
      expect(files).toHaveLength(1);
      if (synced !== undefined) expect(files).toEqual(["/to/f: 78"]);
    }
  }
});

test("names do not go back in time when the folder of a rename's other name is synced first", async () => {
  for (const seed of seeds) {
    const tree = await treeAfterPowerLoss(seed, async disk => {
      await disk.mkdir("/a");
      await disk.mkdir("/b");
      await syncAll(disk);
      await writeNewFile(disk, "/a/f", Buffer.from("x"));
      await disk.rename("/a/f", "/a/g");
      await disk.rename("/a/g", "/b/h");
      await disk.syncDirectory("/b");
    });
    expect(tree).toEqual(["/a/", "/b/", "/b/h: 78"]);
  }
});

test("a file that was made again after a removal comes back with one of its own contents", async () => {
  for (const seed of seeds) {
    const tree = await treeAfterPowerLoss(seed, async disk => {
      await publishFile(disk, "/f", Buffer.from("old"));
      await disk.unlink("/f");
      await writeNewFile(disk, "/f", Buffer.from("new"));
    });
    expect([[], ["/f: "], ["/f: 6e6577"], ["/f: 6f6c64"]]).toContainEqual(tree);
  }
});

test("the durable view is what the harshest power loss leaves", async () => {
  const run = async (disk: Disk): Promise<void> => {
    await disk.mkdir("/d");
    await writeNewFile(disk, "/d/in", Buffer.from("in"));
    await disk.syncDirectory("/d");
    await publishFile(disk, "/top", Buffer.from("top"));
    const file = await disk.open("/top", "a");
    await file.write(Buffer.from("+unsynced"), 0, 9, null);
    await disk.open("/unnamed", "wx");
  };
  const { disk } = await diskStory({ seed: "view", lives: [{ run }] });
  expect(disk.durable.list("/")).toEqual(["/d/in", "/top"]);
  expect(Buffer.from(disk.durable.read("/top") ?? []).toString()).toBe("top");
  expect(disk.durable.read("/unnamed")).toBeUndefined();
  expect(disk.durable.read("/d")).toBeUndefined();
});

test("a folder that was never synced into its parent is not durable, nor is what lies in it", async () => {
  const run = async (disk: Disk): Promise<void> => {
    await disk.mkdir("/d");
    await writeNewFile(disk, "/d/in", Buffer.from("in"));
    await disk.syncDirectory("/d");
  };
  const { disk } = await diskStory({ seed: "view", lives: [{ run }] });
  expect(disk.durable.list("/")).toEqual([]);
  expect(disk.durable.read("/d/in")).toBeUndefined();
});

test("a seeded file is there, durable, and survives", async () => {
  let there = false;
  const story = await diskStory({
    seed: "seeded",
    prepare: disk => disk.seed("/topics/in/0.log", Buffer.from("input")),
    lives: [
      { run: async disk => void (await exists(disk, "/topics")), then: "power-loss" },
      { run: async disk => void (there = await exists(disk, "/topics/in/0.log")) },
    ],
  });
  expect(story.errors).toEqual([]);
  expect(there).toBe(true);
  expect(story.disk.durable.list("/topics")).toEqual(["/topics/in/0.log"]);
});
