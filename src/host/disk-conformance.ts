import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { DiskError, type Disk, type DiskErrorCode, type DiskFile, type OpenFlags } from "./disk.ts";
import { exists, makeDurableFolder, publishFile, readFile } from "./file.ts";

/**
 * What a program may rely on from any disk behind the port, as named cases that each host is held to: the real disk
 * beside host/node, the simulated one beside sim/disk. It owns the cases; a fresh, empty disk for each is the runner's.
 *
 * Linux is the measure. What survives a crash is not here, since a real machine cannot be asked. Longer than usual: it
 * is one table, grouped by what is done, and reads as a list of names.
 */
export const diskConformance: readonly DiskCase[] = [
  // Opening.
  { name: "open r of a missing file: ENOENT", run: disk => fails("ENOENT", disk.open("/none", "r")) },
  { name: "open r+ of a missing file: ENOENT", run: disk => fails("ENOENT", disk.open("/none", "r+")) },
  ...(["w", "wx", "w+", "wx+", "a", "ax", "a+", "ax+"] as const).map(flags => ({
    name: `open ${flags} makes a missing file, empty`,
    run: async (disk: Disk) => {
      await (await disk.open("/f", flags)).close();
      deepEqual(await disk.stat("/f"), { kind: "file", size: 0 });
    },
  })),
  ...(["wx", "wx+", "ax", "ax+"] as const).map(flags => ({
    name: `open ${flags} of what exists: EEXIST, and it is left alone`,
    run: async (disk: Disk) => {
      await write(disk, "/f", "kept");
      await disk.mkdir("/d");
      await fails("EEXIST", disk.open("/f", flags));
      await fails("EEXIST", disk.open("/d", flags));
      equal(await read(disk, "/f"), "kept");
    },
  })),
  ...(["w", "w+"] as const).map(flags => ({
    name: `open ${flags} empties what was there`,
    run: async (disk: Disk) => {
      await write(disk, "/f", "old");
      await (await disk.open("/f", flags)).close();
      equal(await read(disk, "/f"), "");
    },
  })),
  ...(["r+", "a", "a+"] as const).map(flags => ({
    name: `open ${flags} keeps what was there`,
    run: async (disk: Disk) => {
      await write(disk, "/f", "old");
      await (await disk.open("/f", flags)).close();
      equal(await read(disk, "/f"), "old");
    },
  })),
  ...(["r+", "w", "w+", "a", "a+"] as const).map(flags => ({
    name: `open ${flags} of a folder: EISDIR`,
    run: async (disk: Disk) => {
      await disk.mkdir("/d");
      await fails("EISDIR", disk.open("/d", flags));
      await fails("EISDIR", disk.open("/", flags));
    },
  })),
  {
    name: "a folder opens for reading: it has a stat and a sync, a read is EISDIR, a write EBADF, a truncation EINVAL",
    async run(disk) {
      const folder = await disk.open("/", "r");
      equal((await folder.stat()).kind, "directory");
      await folder.sync();
      await fails("EISDIR", folder.read(new Uint8Array(1), 0, 1, 0));
      await fails("EBADF", folder.write(bytes("x"), 0, 1, 0));
      await fails("EINVAL", folder.truncate(0));
      await folder.close();
    },
  },
  { name: "open in a missing folder: ENOENT", run: disk => fails("ENOENT", disk.open("/none/f", "w")) },
  {
    name: "a path through a file: ENOTDIR, whatever the call",
    async run(disk) {
      await write(disk, "/f", "");
      await write(disk, "/g", "");
      await fails("ENOTDIR", disk.open("/f/x", "r"));
      await fails("ENOTDIR", disk.open("/f/x", "w"));
      await fails("ENOTDIR", disk.mkdir("/f/x"));
      await fails("ENOTDIR", disk.mkdir("/f/x", { recursive: true }));
      await fails("ENOTDIR", disk.readdir("/f/x"));
      await fails("ENOTDIR", disk.stat("/f/x"));
      await fails("ENOTDIR", disk.unlink("/f/x"));
      await fails("ENOTDIR", disk.rmdir("/f/x"));
      await fails("ENOTDIR", disk.rm("/f/x", { force: true }));
      await fails("ENOTDIR", disk.rename("/g", "/f/x"));
      await fails("ENOTDIR", disk.rename("/f/x", "/g"));
      await fails("ENOTDIR", disk.syncDirectory("/f/x"));
    },
  },
  {
    name: "a path that is not absolute, or has an empty, `.` or `..` part: EINVAL",
    async run(disk) {
      await disk.mkdir("/d");
      for (const path of ["", "f", "d/f", "//f", "/d/", "/d//f", "/./f", "/d/../f", "/..", "/.", "/f\0"]) {
        await fails("EINVAL", disk.open(path, "w"));
        await fails("EINVAL", disk.stat(path));
        await fails("EINVAL", disk.mkdir(path, { recursive: true }));
        await fails("EINVAL", disk.rename("/d", path));
        await fails("EINVAL", disk.rm(path, { force: true }));
      }
      deepEqual(await disk.readdir("/"), ["d"]);
    },
  },
  {
    name: "a name of 255 bytes works, a longer one is ENAMETOOLONG",
    async run(disk) {
      await write(disk, `/${"n".repeat(255)}`, "");
      await fails("ENAMETOOLONG", disk.open(`/${"n".repeat(256)}`, "w"));
      await fails("ENAMETOOLONG", disk.mkdir(`/${"ü".repeat(128)}`));
      await fails("ENAMETOOLONG", disk.stat(`/${"n".repeat(256)}/f`));
    },
  },
  {
    name: "names may hold spaces, stars, backslashes, dots and any script",
    async run(disk) {
      const names = ["...", "a b", "back\\slash", "star*", "x.tmp", "ключ", "鍵"];
      for (const name of names) await write(disk, `/${name}`, name);
      deepEqual(await disk.readdir("/"), names);
      for (const name of names) equal(await read(disk, `/${name}`), name);
    },
  },

  // Reading and writing.
  {
    name: "a write through r: EBADF",
    async run(disk) {
      await write(disk, "/f", "kept");
      const file = await disk.open("/f", "r");
      await fails("EBADF", file.write(bytes("x"), 0, 1, 0));
      await file.close();
      equal(await read(disk, "/f"), "kept");
    },
  },
  ...(["w", "wx", "a", "ax"] as const).map(flags => ({
    name: `a read through ${flags}: EBADF`,
    run: async (disk: Disk) => {
      const file = await disk.open("/f", flags);
      await file.write(bytes("abc"), 0, 3, null);
      await fails("EBADF", file.read(new Uint8Array(1), 0, 1, 0));
      await file.close();
    },
  })),
  {
    name: "writes without a position follow each other",
    async run(disk) {
      const file = await disk.open("/f", "w");
      for (const part of ["one ", "two ", "three"]) equal(await put(file, part, null), part.length);
      await file.close();
      equal(await read(disk, "/f"), "one two three");
    },
  },
  {
    name: "a write at a position leaves the offset where it is",
    async run(disk) {
      const file = await disk.open("/f", "w");
      await put(file, "0123456789", null);
      await put(file, "ab", 2);
      await put(file, "!", null);
      await file.close();
      equal(await read(disk, "/f"), "01ab456789!");
    },
  },
  {
    name: "a read at a position leaves the offset where it is",
    async run(disk) {
      await write(disk, "/f", "0123456789");
      const file = await disk.open("/f", "r");
      equal(await get(file, 3, null), "012");
      equal(await get(file, 3, 7), "789");
      equal(await get(file, 3, null), "345");
      await file.close();
    },
  },
  {
    name: "reads and writes without a position share one offset",
    async run(disk) {
      await write(disk, "/f", "0123456789");
      const file = await disk.open("/f", "r+");
      equal(await get(file, 4, null), "0123");
      await put(file, "ab", null);
      equal(await get(file, 4, null), "6789");
      await file.close();
      equal(await read(disk, "/f"), "0123ab6789");
    },
  },
  {
    name: "appending writes stand at the end, whatever position is given",
    async run(disk) {
      await write(disk, "/f", "base");
      const file = await disk.open("/f", "a");
      await put(file, "+one", 0);
      await put(file, "+two", null);
      await file.close();
      equal(await read(disk, "/f"), "base+one+two");
    },
  },
  {
    name: "two appending descriptors do not overwrite each other",
    async run(disk) {
      const one = await disk.open("/f", "a");
      const two = await disk.open("/f", "a");
      for (const part of ["a", "b", "c"]) {
        await put(one, part, null);
        await put(two, part.toUpperCase(), null);
      }
      await one.close();
      await two.close();
      equal(await read(disk, "/f"), "aAbBcC");
    },
  },
  {
    name: "a+ reads from the start and writes at the end",
    async run(disk) {
      await write(disk, "/f", "base");
      const file = await disk.open("/f", "a+");
      equal(await get(file, 2, null), "ba");
      await put(file, "+", null);
      equal(await get(file, 9, null), "");
      equal(await get(file, 9, 0), "base+");
      await file.close();
    },
  },
  {
    name: "a positioned append leaves the offset where it is",
    async run(disk) {
      await write(disk, "/f", "base");
      const file = await disk.open("/f", "a+");
      await put(file, "+", 1);
      equal(await get(file, 9, null), "base+");
      await file.close();
    },
  },
  {
    name: "a write beyond the end leaves zeros between",
    async run(disk) {
      const file = await disk.open("/f", "w");
      await put(file, "a", 0);
      await put(file, "z", 4);
      await file.close();
      equal(await read(disk, "/f"), "a\0\0\0z");
    },
  },
  {
    name: "zeros, not old bytes, lie between a shortened end and a later write beyond it",
    async run(disk) {
      const file = await disk.open("/f", "w");
      await put(file, "abcdef", 0);
      await file.truncate(1);
      await put(file, "z", 4);
      await file.close();
      equal(await read(disk, "/f"), "a\0\0\0z");
    },
  },
  {
    name: "an empty write beyond the end does not lengthen the file",
    async run(disk) {
      const file = await disk.open("/f", "w");
      equal(await put(file, "", 10), 0);
      equal((await file.stat()).size, 0);
      await file.close();
    },
  },
  {
    name: "a read takes what there is, and 0 bytes at the end and beyond it",
    async run(disk) {
      await write(disk, "/f", "abc");
      const file = await disk.open("/f", "r");
      equal(await get(file, 10, 1), "bc");
      equal(await get(file, 10, 3), "");
      equal(await get(file, 10, 300), "");
      await file.close();
    },
  },
  {
    name: "a read fills its part of the array and no more",
    async run(disk) {
      await write(disk, "/f", "abcdef");
      const file = await disk.open("/f", "r");
      const into = bytes("--------");
      equal((await file.read(into, 2, 3, 1)).bytesRead, 3);
      equal(text(into), "--bcd---");
      equal((await file.read(into, 0, 0, 0)).bytesRead, 0);
      await file.close();
    },
  },
  {
    name: "a write takes its part of the array",
    async run(disk) {
      const file = await disk.open("/f", "w");
      equal((await file.write(bytes("abcdef"), 2, 3, null)).bytesWritten, 3);
      await file.close();
      equal(await read(disk, "/f"), "cde");
    },
  },
  {
    name: "a range beyond the array is a RangeError",
    async run(disk) {
      const file = await disk.open("/f", "w+");
      await rejects(async () => file.write(bytes("abc"), 1, 3, 0), RangeError);
      await rejects(async () => file.read(new Uint8Array(2), 0, 3, 0), RangeError);
      await rejects(async () => file.read(new Uint8Array(2), 0, 1, -1), RangeError);
      await file.close();
    },
  },
  {
    name: "a write is seen at once through another descriptor",
    async run(disk) {
      const writer = await disk.open("/f", "w");
      const reader = await disk.open("/f", "r");
      await put(writer, "abc", 0);
      equal(await get(reader, 9, 0), "abc");
      await writer.close();
      await reader.close();
    },
  },
  {
    name: "a large file comes back byte for byte",
    async run(disk) {
      const large = new Uint8Array(300_000).map((_, i) => (i * 7) % 251);
      const file = await disk.open("/f", "w");
      await file.write(large, 0, large.length, null);
      await file.close();
      ok(Buffer.from(await readFile(disk, "/f")).equals(large));
    },
  },

  // Length.
  {
    name: "truncate shortens and lengthens with zeros, and leaves the offset",
    async run(disk) {
      const file = await disk.open("/f", "w+");
      await put(file, "abcdef", null);
      await file.truncate(2);
      equal((await file.stat()).size, 2);
      await file.truncate(4);
      equal(await get(file, 9, 0), "ab\0\0");
      await put(file, "!", null);
      equal(await get(file, 9, 0), "ab\0\0\0\0!");
      await file.close();
    },
  },
  {
    name: "truncate through r: EINVAL",
    async run(disk) {
      await write(disk, "/f", "kept");
      const file = await disk.open("/f", "r");
      await fails("EINVAL", file.truncate(0));
      await file.close();
    },
  },

  // Descriptors.
  {
    name: "a closed descriptor: EBADF, and closing twice is allowed",
    async run(disk) {
      const file = await disk.open("/f", "w+");
      await file.close();
      await file.close();
      await fails("EBADF", file.read(new Uint8Array(1), 0, 1, 0));
      await fails("EBADF", file.write(bytes("x"), 0, 1, 0));
      await fails("EBADF", file.truncate(0));
      await fails("EBADF", file.stat());
      await fails("EBADF", file.sync());
      await fails("EBADF", file.datasync());
    },
  },
  {
    name: "close waits for the calls before it and refuses those after it",
    async run(disk) {
      const file = await disk.open("/f", "w");
      const order: string[] = [];
      const writes = [0, 1, 2, 3, 4, 5].map(at => put(file, "x", at).then(() => order.push("write")));
      const closing = file.close().then(() => order.push("close"));
      await fails("EBADF", put(file, "y", 0));
      await Promise.all([...writes, closing]);
      equal(order.at(-1), "close");
      equal(order.length, 7);
      equal(await read(disk, "/f"), "xxxxxx");
    },
  },
  {
    name: "a descriptor lives on when its name is unlinked",
    async run(disk) {
      const file = await disk.open("/f", "w+");
      await put(file, "abc", null);
      await disk.unlink("/f");
      await put(file, "def", null);
      await file.sync();
      equal(await get(file, 9, 0), "abcdef");
      equal((await file.stat()).size, 6);
      equal(await exists(disk, "/f"), false);
      await file.close();
    },
  },
  {
    name: "a name that is made again is another file",
    async run(disk) {
      const old = await disk.open("/f", "w+");
      await put(old, "old", null);
      await disk.unlink("/f");
      await write(disk, "/f", "new file");
      equal(await get(old, 9, 0), "old");
      equal(await read(disk, "/f"), "new file");
      await old.close();
    },
  },
  {
    name: "a descriptor follows its file through a rename, and one of the replaced file keeps its own",
    async run(disk) {
      await write(disk, "/a", "from a");
      await write(disk, "/b", "from b");
      const a = await disk.open("/a", "r+");
      const b = await disk.open("/b", "r+");
      await disk.rename("/a", "/b");
      await put(a, "FROM", 0);
      equal(await read(disk, "/b"), "FROM a");
      equal(await get(b, 9, 0), "from b");
      await a.close();
      await b.close();
    },
  },
  {
    name: "sync and datasync work through any descriptor",
    async run(disk) {
      await write(disk, "/f", "abc");
      for (const flags of ["r", "r+", "a"] as const) {
        const file = await disk.open("/f", flags);
        await file.sync();
        await file.datasync();
        await file.close();
      }
    },
  },

  // Folders.
  {
    name: "mkdir makes one folder",
    async run(disk) {
      await disk.mkdir("/d");
      deepEqual(await disk.stat("/d"), { kind: "directory", size: 0 });
      deepEqual(await disk.readdir("/d"), []);
    },
  },
  {
    name: "mkdir of what exists: EEXIST",
    async run(disk) {
      await disk.mkdir("/d");
      await write(disk, "/f", "");
      await fails("EEXIST", disk.mkdir("/d"));
      await fails("EEXIST", disk.mkdir("/f"));
      await fails("EEXIST", disk.mkdir("/"));
    },
  },
  { name: "mkdir in a missing folder: ENOENT", run: disk => fails("ENOENT", disk.mkdir("/none/d")) },
  {
    name: "mkdir recursive makes what is missing and is content with what is there",
    async run(disk) {
      await disk.mkdir("/a/b/c", { recursive: true });
      await disk.mkdir("/a/b/c", { recursive: true });
      await disk.mkdir("/a/b/d", { recursive: true });
      await disk.mkdir("/", { recursive: true });
      deepEqual(await disk.readdir("/a/b"), ["c", "d"]);
    },
  },
  {
    name: "mkdir recursive: EEXIST at a file, ENOTDIR through one",
    async run(disk) {
      await write(disk, "/f", "");
      await fails("EEXIST", disk.mkdir("/f", { recursive: true }));
      await fails("ENOTDIR", disk.mkdir("/f/d", { recursive: true }));
      await fails("ENOTDIR", disk.mkdir("/f/d/e", { recursive: true }));
    },
  },
  {
    name: "readdir gives names in order of code units, whatever the order of their making",
    async run(disk) {
      for (const name of ["b", "a10", "Z", "a9", "ä", "a"]) await write(disk, `/${name}`, "");
      await disk.mkdir("/aa");
      deepEqual(await disk.readdir("/"), ["Z", "a", "a10", "a9", "aa", "b", "ä"]);
    },
  },
  {
    name: "readdir of a file: ENOTDIR, of nothing: ENOENT",
    async run(disk) {
      await write(disk, "/f", "");
      await fails("ENOTDIR", disk.readdir("/f"));
      await fails("ENOENT", disk.readdir("/none"));
    },
  },
  {
    name: "stat tells files from folders",
    async run(disk) {
      await write(disk, "/f", "12345");
      deepEqual(await disk.stat("/f"), { kind: "file", size: 5 });
      deepEqual(await disk.stat("/"), { kind: "directory", size: 0 });
      await fails("ENOENT", disk.stat("/none"));
    },
  },
  {
    name: "syncDirectory: a folder; ENOENT where nothing is, ENOTDIR at a file",
    async run(disk) {
      await disk.mkdir("/d");
      await write(disk, "/f", "");
      await disk.syncDirectory("/d");
      await disk.syncDirectory("/");
      await fails("ENOENT", disk.syncDirectory("/none"));
      await fails("ENOTDIR", disk.syncDirectory("/f"));
    },
  },

  // Removing.
  {
    name: "unlink removes a file; ENOENT where nothing is, EISDIR at a folder",
    async run(disk) {
      await disk.mkdir("/d");
      await write(disk, "/f", "");
      await disk.unlink("/f");
      deepEqual(await disk.readdir("/"), ["d"]);
      await fails("ENOENT", disk.unlink("/f"));
      await fails("EISDIR", disk.unlink("/d"));
    },
  },
  {
    name: "rmdir removes an empty folder; ENOENT, ENOTDIR and ENOTEMPTY by name",
    async run(disk) {
      await disk.mkdir("/d/e", { recursive: true });
      await write(disk, "/f", "");
      await fails("ENOTEMPTY", disk.rmdir("/d"));
      await disk.rmdir("/d/e");
      await disk.rmdir("/d");
      await fails("ENOENT", disk.rmdir("/d"));
      await fails("ENOTDIR", disk.rmdir("/f"));
    },
  },
  {
    name: "rm of a file; ENOENT where nothing is, and force is content",
    async run(disk) {
      await write(disk, "/f", "");
      await disk.rm("/f");
      await fails("ENOENT", disk.rm("/f"));
      await fails("ENOENT", disk.rm("/f", { recursive: true }));
      await disk.rm("/f", { force: true });
      await disk.rm("/none/f", { force: true });
      await disk.rm("/none/f", { recursive: true, force: true });
    },
  },
  {
    name: "rm of a folder: EISDIR unless recursive, empty or not, forced or not",
    async run(disk) {
      await disk.mkdir("/d/e", { recursive: true });
      await write(disk, "/d/e/f", "");
      await fails("EISDIR", disk.rm("/d"));
      await fails("EISDIR", disk.rm("/d", { force: true }));
      await fails("EISDIR", disk.rm("/d/e"));
      await disk.rm("/d", { recursive: true });
      deepEqual(await disk.readdir("/"), []);
    },
  },
  {
    name: "the root is neither renamed nor removed: EPERM",
    async run(disk) {
      await disk.mkdir("/d");
      await fails("EPERM", disk.unlink("/"));
      await fails("EPERM", disk.rmdir("/"));
      await fails("EPERM", disk.rm("/", { recursive: true, force: true }));
      await fails("EPERM", disk.rename("/", "/d/e"));
      await fails("EPERM", disk.rename("/d", "/"));
      deepEqual(await disk.readdir("/"), ["d"]);
    },
  },

  // Renaming.
  {
    name: "rename moves a file, within a folder and to another",
    async run(disk) {
      await disk.mkdir("/d");
      await write(disk, "/a", "moved");
      await disk.rename("/a", "/b");
      await disk.rename("/b", "/d/c");
      deepEqual(await disk.readdir("/"), ["d"]);
      equal(await read(disk, "/d/c"), "moved");
    },
  },
  {
    name: "rename over a file replaces it, and the folder can be emptied and removed afterwards",
    async run(disk) {
      await disk.mkdir("/d");
      for (const round of ["1", "2", "3"]) {
        await write(disk, "/d/new", round);
        await disk.rename("/d/new", "/d/f");
      }
      equal(await read(disk, "/d/f"), "3");
      deepEqual(await disk.readdir("/d"), ["f"]);
      await disk.unlink("/d/f");
      await disk.rmdir("/d");
    },
  },
  {
    name: "rename to its own name does nothing",
    async run(disk) {
      await write(disk, "/f", "kept");
      await disk.mkdir("/d/e", { recursive: true });
      await disk.rename("/f", "/f");
      await disk.rename("/d", "/d");
      equal(await read(disk, "/f"), "kept");
      await fails("ENOENT", disk.rename("/none", "/none"));
    },
  },
  {
    name: "rename moves a folder with all that is in it",
    async run(disk) {
      await disk.mkdir("/a/b", { recursive: true });
      await write(disk, "/a/b/f", "inside");
      await disk.rename("/a", "/c");
      equal(await read(disk, "/c/b/f"), "inside");
      await disk.rename("/c/b", "/b");
      equal(await read(disk, "/b/f"), "inside");
      deepEqual(await disk.readdir("/c"), []);
    },
  },
  {
    name: "rename over an empty folder replaces it, over one that is not: ENOTEMPTY",
    async run(disk) {
      await disk.mkdir("/a/in", { recursive: true });
      await disk.mkdir("/empty");
      await disk.mkdir("/full/x", { recursive: true });
      await fails("ENOTEMPTY", disk.rename("/a", "/full"));
      await disk.rename("/a", "/empty");
      deepEqual(await disk.readdir("/empty"), ["in"]);
      deepEqual(await disk.readdir("/"), ["empty", "full"]);
    },
  },
  {
    name: "rename of a file over a folder: EISDIR; of a folder over a file: ENOTDIR",
    async run(disk) {
      await disk.mkdir("/d");
      await write(disk, "/f", "kept");
      await fails("EISDIR", disk.rename("/f", "/d"));
      await fails("ENOTDIR", disk.rename("/d", "/f"));
      equal(await read(disk, "/f"), "kept");
    },
  },
  {
    name: "rename of what is missing, or into what is missing: ENOENT",
    async run(disk) {
      await write(disk, "/f", "");
      await fails("ENOENT", disk.rename("/none", "/g"));
      await fails("ENOENT", disk.rename("/f", "/none/g"));
      await fails("ENOENT", disk.rename("/none/f", "/g"));
    },
  },
  {
    name: "rename of a folder into itself: EINVAL",
    async run(disk) {
      await disk.mkdir("/a/b", { recursive: true });
      await fails("EINVAL", disk.rename("/a", "/a/c"));
      await fails("EINVAL", disk.rename("/a", "/a/b/c"));
      await fails("EINVAL", disk.rename("/a", "/a/b"));
    },
  },
  {
    name: "rename over a folder that one lies in: ENOTEMPTY, for files too",
    async run(disk) {
      await disk.mkdir("/a/b", { recursive: true });
      await write(disk, "/a/b/f", "");
      await fails("ENOTEMPTY", disk.rename("/a/b", "/a"));
      await fails("ENOTEMPTY", disk.rename("/a/b/f", "/a"));
      await fails("ENOTEMPTY", disk.rename("/a/b/f", "/a/b"));
    },
  },

  // Whole files, as file.ts builds them from the port.
  {
    name: "publishing replaces a file whole and leaves no temporary behind",
    async run(disk) {
      await makeDurableFolder(disk, "/deep/er");
      await publishFile(disk, "/deep/er/f", bytes("one"));
      await write(disk, "/deep/er/f.tmp", "left by a crash");
      await publishFile(disk, "/deep/er/f", bytes("two"));
      equal(await read(disk, "/deep/er/f"), "two");
      deepEqual(await disk.readdir("/deep/er"), ["f"]);
    },
  },
];

export interface DiskCase {
  readonly name: string;
  /** Uses the port in its own turns only, and awaits nothing but the port. */
  run(disk: Disk): Promise<void>;
}

async function fails(code: DiskErrorCode, call: Promise<unknown>): Promise<void> {
  await rejects(call, (error: unknown) => {
    ok(error instanceof DiskError, `${String(error)} is no DiskError`);
    equal(error.code, code);
    return true;
  });
}

async function write(disk: Disk, path: string, contents: string, flags: OpenFlags = "w"): Promise<void> {
  const file = await disk.open(path, flags);
  await put(file, contents, null);
  await file.close();
}

async function read(disk: Disk, path: string): Promise<string> {
  return text(await readFile(disk, path));
}

async function put(file: DiskFile, contents: string, position: number | null): Promise<number> {
  const array = bytes(contents);
  return (await file.write(array, 0, array.length, position)).bytesWritten;
}

async function get(file: DiskFile, length: number, position: number | null): Promise<string> {
  const into = new Uint8Array(length);
  return text(into.subarray(0, (await file.read(into, 0, length, position)).bytesRead));
}

function bytes(contents: string): Uint8Array {
  return new TextEncoder().encode(contents);
}

function text(array: Uint8Array): string {
  return new TextDecoder().decode(array);
}
