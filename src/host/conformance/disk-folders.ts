import { deepEqual } from "node:assert/strict";
import type { DiskCase } from "./disk-case.ts";
import { fails } from "./disk-refusal.ts";
import { write } from "./disk-text.ts";

/** Folders: made, listed, synced, removed. */
export const diskFolders: readonly DiskCase[] = [
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
];
