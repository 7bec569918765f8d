import { equal } from "node:assert/strict";
import { exists } from "../file.ts";
import type { DiskCase } from "./disk-case.ts";
import { fails } from "./disk-refusal.ts";
import { bytes, get, put, read, write } from "./disk-text.ts";

/** The length of a file, and how long a descriptor lives. */
export const diskDescriptors: readonly DiskCase[] = [
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
];
