import { expect, test } from "vitest";
import type { Disk } from "../../host/disk.ts";
import type { Incarnation } from "../../kernel/process.ts";
import { exists, publishFile, readFile, writeNewFile } from "../../host/file.ts";
import { diskStory, type DiskLife } from "../test/disk-story.ts";
import { hashContents } from "./content-hash.ts";

const seeds = Array.from({ length: 100 }, (_, seed) => `s${seed}`);

/** What the second life reads at `path` after the first life wrote and its end came. */
async function readAfter(seed: string, path: string, first: DiskLife): Promise<string | undefined> {
  let read: string | undefined;
  const second = async (disk: Disk): Promise<void> => {
    if (await exists(disk, path)) read = Buffer.from(await readFile(disk, path)).toString();
  };
  const story = await diskStory({ seed, lives: [first, { run: second }] });
  expect(story.errors).toEqual([]);
  story.disk.dispose();
  return read;
}

const bytes = (text: string): Uint8Array => Buffer.from(text);

test("a publish comes back whole after a power loss, for every seed", async () => {
  for (const seed of seeds) {
    const read = await readAfter(seed, "/state", {
      run: disk => publishFile(disk, "/state", bytes("whole")),
      then: "power-loss",
    });
    expect(read).toBe("whole");
  }
});

test("synced contents below a synced name survive a power loss", async () => {
  for (const seed of seeds) {
    const run = async (disk: Disk): Promise<void> => {
      await writeNewFile(disk, "/log", bytes("synced"));
      await disk.syncDirectory("/");
    };
    expect(await readAfter(seed, "/log", { run, then: "power-loss" })).toBe("synced");
  }
});

test("what no sync covered is lost in a power loss, wholly or from some point on", async () => {
  const outcomes = new Set<string | undefined>();
  for (const seed of seeds) {
    const run = async (disk: Disk): Promise<void> => {
      const file = await disk.open("/log", "wx");
      for (const part of ["a", "b", "c"]) await file.write(bytes(part), 0, 1, null);
      await file.close();
    };
    outcomes.add(await readAfter(seed, "/log", { run, then: "power-loss" }));
  }
  expect([...outcomes].sort()).toEqual(["", "a", "ab", "abc", undefined].sort());
});

test("a synced file whose name was never synced may be gone", async () => {
  const outcomes = new Set<string | undefined>();
  for (const seed of seeds) {
    outcomes.add(
      await readAfter(seed, "/new", { run: disk => writeNewFile(disk, "/new", bytes("x")), then: "power-loss" }),
    );
  }
  expect(outcomes).toEqual(new Set(["x", undefined]));
});

test("write and rename without a sync may be undone by a power loss", async () => {
  const outcomes = new Set<string | undefined>();
  for (const seed of seeds) {
    const run = async (disk: Disk): Promise<void> => {
      await publishFile(disk, "/state", bytes("old"));
      const file = await disk.open("/state.tmp", "wx");
      await file.write(bytes("new"), 0, 3, 0);
      await file.close();
      await disk.rename("/state.tmp", "/state");
    };
    outcomes.add(await readAfter(seed, "/state", { run, then: "power-loss" }));
  }
  expect(outcomes).toEqual(new Set(["old", "new"]));
});

test("a killed process keeps every finished call, synced or not", async () => {
  for (const seed of seeds) {
    const run = async (disk: Disk): Promise<void> => {
      const file = await disk.open("/log", "wx");
      await file.write(bytes("finished"), 0, 8, 0);
    };
    expect(await readAfter(seed, "/log", { run, then: "kill" })).toBe("finished");
  }
});

test("a write in flight at a kill is done, not done, or done in part", async () => {
  const outcomes = new Set<string | undefined>();
  for (const seed of seeds) {
    const run = async (disk: Disk): Promise<void> => {
      const file = await disk.open("/log", "wx");
      await file.write(bytes("-"), 0, 1, 0);
      await file.write(bytes("abcd"), 0, 4, 1);
    };
    outcomes.add(await readAfter(seed, "/log", { run, then: "kill", endsAfterUs: 210 }));
  }
  expect(outcomes).toContain("-");
  expect(outcomes).toContain("-abcd");
  expect(outcomes).toContain("-ab");
});

test("a call in flight at a kill that is no write is done or not done", async () => {
  const outcomes = new Set<string | undefined>();
  for (const seed of seeds) {
    const run = async (disk: Disk): Promise<void> => {
      await writeNewFile(disk, "/old", bytes("x"));
      await disk.rename("/old", "/new");
    };
    outcomes.add(await readAfter(seed, "/new", { run, then: "kill", endsAfterUs: 650 }));
  }
  expect(outcomes).toEqual(new Set(["x", undefined]));
});

test("calls that are not awaited overtake each other, four at most at a time", async () => {
  const orders = new Set<string>();
  for (const seed of seeds) {
    const order: number[] = [];
    const run = async (disk: Disk): Promise<void> => {
      const calls = [0, 1, 2, 3, 4, 5, 6, 7].map(number => disk.stat("/").then(() => order.push(number)));
      await Promise.all(calls);
    };
    await diskStory({ seed, lives: [{ run }] });
    expect(order[0]).toBeLessThan(4);
    order.forEach((number, place) => expect(number).toBeLessThan(place + 4));
    orders.add(order.join());
  }
  expect(orders.size).toBeGreaterThan(50);
});

test("the calls of a dead process never settle and do nothing", async () => {
  let settled = false;
  const run = async (disk: Disk, incarnation: Incarnation): Promise<void> => {
    incarnation.kill();
    void disk.mkdir("/late").finally(() => (settled = true));
    await Promise.resolve();
  };
  const { disk } = await diskStory({ seed: "dead", lives: [{ run }] });
  expect(settled).toBe(false);
  expect(disk.counts.mkdir).toBe(0);
});

test("what is written is taken at the call, whatever the caller does to its array afterwards", async () => {
  const run = async (disk: Disk): Promise<void> => {
    const file = await disk.open("/f", "wx");
    const array = Uint8Array.from(bytes("mine"));
    const written = file.write(array, 0, 4, 0);
    array.fill(0);
    await written;
  };
  expect(await readAfter("taken", "/f", { run, then: "kill" })).toBe("mine");
});

test("observers are told what took effect, by whom and where, of the roles they asked for", async () => {
  const seen: string[] = [];
  const others: string[] = [];
  const run = async (disk: Disk): Promise<void> => {
    await publishFile(disk, "/f", bytes("abc"));
    await disk.unlink("/f");
    await disk.unlink("/f").catch(() => undefined);
  };
  await diskStory({
    seed: "observed",
    lives: [{ run }],
    prepare: disk => {
      disk.observe(({ role, operation, path, to, bytes: written }) => {
        seen.push([role, operation, path, to ?? written?.length ?? ""].join(" ").trim());
      });
      disk.observe(({ path }) => others.push(path), ["jm0"]);
    },
  });
  expect(seen).toEqual([
    "tm0 create /f.tmp",
    "tm0 write /f.tmp 3",
    "tm0 sync /f.tmp",
    "tm0 rename /f.tmp /f",
    "tm0 sync-directory /",
    "tm0 unlink /f",
  ]);
  expect(others).toEqual([]);
});

test("the same seed gives the same digest, another seed another", async () => {
  const digest = async (seed: string): Promise<string> => {
    const run = (disk: Disk): Promise<void> => publishFile(disk, "/f", bytes("abc"));
    return (await diskStory({ seed, lives: [{ run, then: "power-loss" }, { run }] })).kernel.journal.digest.hex;
  };
  expect(await digest("a")).toBe(await digest("a"));
  expect(await digest("a")).not.toBe(await digest("b"));
});

test("contents are hashed by every byte and by length", () => {
  const hashes = ["", "\0", "\0\0", "abcd", "abce", "bbcd", "abcde", "abcdf"].map(text => hashContents(bytes(text)));
  expect(new Set(hashes).size).toBe(hashes.length);
});
