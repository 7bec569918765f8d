import { equal, ok, rejects } from "node:assert/strict";
import type { Disk } from "../disk.ts";
import { readFile } from "../file.ts";
import type { DiskCase } from "./disk-case.ts";
import { fails } from "./disk-refusal.ts";
import { bytes, get, put, read, text, write } from "./disk-text.ts";

/** Where reads and writes fall, and what they leave. */
export const diskReadingAndWriting: readonly DiskCase[] = [
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
];
