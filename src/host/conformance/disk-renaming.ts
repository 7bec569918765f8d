import { deepEqual, equal } from "node:assert/strict";
import { makeDurableFolder, publishFile } from "../file.ts";
import type { DiskCase } from "./disk-case.ts";
import { fails } from "./disk-refusal.ts";
import { bytes, read, write } from "./disk-text.ts";

/** Renames, and whole files as file.ts builds them from the port. */
export const diskRenaming: readonly DiskCase[] = [
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
    name: "rename through a file: ENOTDIR, be there something or not",
    async run(disk) {
      await write(disk, "/f", "kept");
      await write(disk, "/g", "too");
      await fails("ENOTDIR", disk.rename("/g", "/f/g"));
      await fails("ENOTDIR", disk.rename("/none", "/f/g"));
      await fails("ENOTDIR", disk.rename("/f/none", "/h"));
      deepEqual(await disk.readdir("/"), ["f", "g"]);
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
