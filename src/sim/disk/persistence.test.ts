import fc from "fast-check";
import { expect, test } from "vitest";
import type { Disk } from "../../host/disk.ts";
import { publishFile, writeNewFile } from "../../host/file.ts";
import { diskScript, playScript } from "../test/disk-script.ts";
import { syncAll, treeAfterPowerLoss, treeOf } from "../test/power-loss-story.ts";
import { persistenceModels, type PersistenceName } from "./persistence.ts";

const models = Object.keys(persistenceModels) as PersistenceName[];
const bytes = (text: string): Uint8Array => Buffer.from(text);
const hex = (text: string): string => Buffer.from(text).toString("hex");

/** How often each tree came back, over seeds. */
async function outcomes(
  model: PersistenceName,
  seeds: number,
  run: (disk: Disk) => Promise<void>,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (let seed = 0; seed < seeds; seed++) {
    const tree = (await treeAfterPowerLoss(`o${seed}`, run, model)).join(" ");
    counts.set(tree, (counts.get(tree) ?? 0) + 1);
  }
  return counts;
}

async function write(disk: Disk, path: string, flags: "wx" | "r+" | "w", contents: Uint8Array, at = 0): Promise<void> {
  const file = await disk.open(path, flags);
  await file.write(contents, 0, contents.length, at);
  await file.close();
}

test.each(models)("%s: what is synced to the last file and folder comes back as it was", async model => {
  await fc.assert(
    fc.asyncProperty(diskScript, fc.integer(), async (script, seed) => {
      let before: string[] = [];
      const everythingSynced = async (disk: Disk): Promise<void> => {
        await playScript(disk, script);
        await syncAll(disk);
        before = await treeOf(disk);
      };
      expect(await treeAfterPowerLoss(`${seed}`, everythingSynced, model)).toEqual(before);
    }),
    { numRuns: 40, seed: 9 },
  );
});

test.each(models)("%s: synced files survive whatever is done to others", async model => {
  const elsewhere = diskScript.map(script => script.filter(step => step.do !== "rm"));
  await fc.assert(
    fc.asyncProperty(elsewhere, fc.integer(), async (script, seed) => {
      const tree = await treeAfterPowerLoss(
        `${seed}`,
        async disk => {
          await disk.mkdir("/kept");
          await writeNewFile(disk, "/kept/f", bytes("kept"));
          await syncAll(disk);
          await playScript(disk, script);
        },
        model,
      );
      expect(tree).toContain(`/kept/f: ${hex("kept")}`);
    }),
    { numRuns: 40, seed: 10 },
  );
});

test.each(models)("%s: write, sync, rename, sync of the folder always comes back whole", async model => {
  const trees = await outcomes(model, 150, async disk => {
    await publishFile(disk, "/f", bytes("old"));
    await publishFile(disk, "/f", bytes("new"));
  });
  expect([...trees.keys()]).toEqual([`/f: ${hex("new")}`]);
});

test.each(models)("%s: an un-synced rename may be undone, and leaves exactly one name", async model => {
  const trees = await outcomes(model, 60, async disk => {
    await writeNewFile(disk, "/a", bytes("x"));
    await disk.syncDirectory("/");
    await disk.rename("/a", "/b");
  });
  expect([...trees.keys()].sort()).toEqual([`/a: ${hex("x")}`, `/b: ${hex("x")}`]);
});

test.each(["ordered", "weak"] as const)(
  "%s: write and rename without a sync may come back empty or old",
  async model => {
    const trees = await outcomes(model, 200, async disk => {
      await publishFile(disk, "/f", bytes("old"));
      await write(disk, "/f.tmp", "wx", bytes("new"));
      await disk.rename("/f.tmp", "/f");
    });
    const seen = [...trees.keys()];
    expect(seen).toContain("/f: ");
    expect(seen).toContain(`/f: ${hex("new")}`);
    expect(seen.some(tree => tree.includes(`/f: ${hex("old")}`))).toBe(true);
  },
);

test("prefix: a rename that came through has brought its contents along", async () => {
  const trees = await outcomes("prefix", 100, async disk => {
    await publishFile(disk, "/f", bytes("old"));
    await write(disk, "/f.tmp", "wx", bytes("new"));
    await disk.rename("/f.tmp", "/f");
  });
  expect([...trees.keys()]).not.toContain("/f: ");
});

test("ordered: a sync of any file commits every name and truncation before it, and no growth", async () => {
  const trees = await outcomes("ordered", 60, async disk => {
    await publishFile(disk, "/cut", bytes("long"));
    await disk.mkdir("/d");
    await write(disk, "/d/f", "wx", bytes("grown"));
    await write(disk, "/cut", "w", bytes(""));
    await writeNewFile(disk, "/other", bytes("o"));
  });
  for (const tree of trees.keys()) expect(tree).toContain(`/cut:  /d/ /d/f:`);
  expect([...trees.keys()].some(tree => tree.includes("/d/f:  "))).toBe(true);
});

test("ordered: a file has no size that its bytes do not cover, and overwrites come in no order", async () => {
  const sector = (letter: string): Uint8Array => Buffer.from(letter.repeat(512));
  const seen = new Set<string>();
  for (const tree of (
    await outcomes("ordered", 100, async disk => {
      await publishFile(disk, "/f", sector("o").slice());
      await write(disk, "/f", "r+", sector("a"), 512);
      await write(disk, "/f", "r+", sector("b"), 1024);
      await write(disk, "/f", "r+", sector("n"), 0);
    })
  ).keys()) {
    seen.add(sectorsIn(tree));
  }
  expect([...seen].sort()).toEqual(["n", "na", "nab", "o", "oa", "oab"]);
});

test("weak: each sector of a torn write is old, new, zero or garbage, and neighbours keep their synced bytes", async () => {
  const fates = new Set<string>();
  const trees = await outcomes("weak", 100, async disk => {
    await publishFile(disk, "/f", Buffer.from("o".repeat(512 * 4)));
    await write(disk, "/f", "r+", Buffer.from("n".repeat(512 * 2 + 100)), 512);
  });
  for (const tree of trees.keys()) {
    const sectors = sectorsIn(tree);
    expect(sectors[0]).toBe("o");
    fates.add(sectors[1]!).add(sectors[2]!);
    const contents = Buffer.from(tree.slice("/f: ".length), "hex");
    expect(contents.subarray(512 * 3 + 100).toString()).toBe("o".repeat(412));
  }
  expect([...fates].sort()).toEqual(["?", "n", "o", "z"]);
});

test("weak: a sector may come back in any version it had since the last sync", async () => {
  const trees = await outcomes("weak", 60, async disk => {
    await publishFile(disk, "/f", bytes("0"));
    for (const version of ["1", "2", "3"]) await write(disk, "/f", "r+", bytes(version));
  });
  for (const version of ["0", "1", "2", "3"]) expect([...trees.keys()]).toContain(`/f: ${hex(version)}`);
});

test("weak: names of different folders persist apart, later ones without earlier ones", async () => {
  const trees = await outcomes("weak", 100, async disk => {
    await disk.mkdir("/a");
    await disk.mkdir("/b");
    await syncAll(disk);
    await disk.mkdir("/a/first");
    await disk.mkdir("/b/second");
  });
  expect([...trees.keys()].sort()).toEqual([
    "/a/ /a/first/ /b/",
    "/a/ /a/first/ /b/ /b/second/",
    "/a/ /b/",
    "/a/ /b/ /b/second/",
  ]);
});

test("weak: whatever is moved about, a synced file has exactly one name afterwards", async () => {
  const moves = fc.array(
    fc.tuple(
      fc.constantFrom("/a", "/b", "/c", "/a/d", "/b/d"),
      fc.constantFrom("/a", "/b", "/c", "/a/d", "/b/d", "/c/d"),
    ),
    { maxLength: 8 },
  );
  await fc.assert(
    fc.asyncProperty(moves, fc.integer(), fc.constantFrom(...models), async (script, seed, model) => {
      const tree = await treeAfterPowerLoss(
        `${seed}`,
        async disk => {
          for (const folder of ["/a", "/b"]) await disk.mkdir(folder);
          await writeNewFile(disk, "/a/f", bytes("x"));
          await writeNewFile(disk, "/b/g", bytes("y"));
          await syncAll(disk);
          for (const [from, to] of script) {
            await disk.mkdir(to).catch(() => undefined);
            await disk.rename(from, to).catch(() => undefined);
            await disk.rename("/a/f", `${to}/f`).catch(() => undefined);
          }
        },
        model,
      );
      for (const contents of ["x", "y"])
        expect(tree.filter(line => line.endsWith(`: ${hex(contents)}`))).toHaveLength(1);
    }),
    { numRuns: 150, seed: 11 },
  );
});

/** A letter for each whole or last sector of `/f`: its own where all bytes are equal, `z` for zeros, `?` for a mixture. */
function sectorsIn(tree: string): string {
  const contents = Buffer.from(tree.slice("/f: ".length), "hex");
  const letters: string[] = [];
  for (let from = 0; from < contents.length; from += 512) {
    const sector = contents.subarray(from, from + 512);
    // The last sector of a torn write is only half of it: its first byte speaks for it.
    const same = sector.subarray(0, 100).every(byte => byte === sector[0]);
    letters.push(!same ? "?" : sector[0] === 0 ? "z" : String.fromCharCode(sector[0]!));
  }
  return letters.join("");
}
