import { deepEqual, equal } from "node:assert/strict";
import type { Disk } from "../disk.ts";
import type { DiskCase } from "./disk-case.ts";
import { fails } from "./disk-refusal.ts";
import { bytes, read, write } from "./disk-text.ts";

/** What opening a file does with each flag, and which paths and names there are. */
export const diskOpening: readonly DiskCase[] = [
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
];
