import { fs as memory, vol } from "memfs";
import { expect, test, vi } from "vitest";
import { diskConformance } from "../../host/conformance/disk-conformance.ts";
import { NodeDisk } from "../../host/node/node-disk.ts";

/**
 * What memfs does otherwise than Linux, by the named behaviours that it breaks: the real disk's port over memfs in the place
 * of node:fs. Each is what the simulated disk hides; the kinds of difference that thousands of random scripts show between
 * the two are all among them. A version of memfs that mends one, or breaks another, is told here.
 */
vi.mock("node:fs", async () => {
  const { fs } = await import("memfs");
  return { constants: fs.constants, promises: fs.promises };
});

test("memfs breaks these named behaviours, and the simulated disk keeps them", async () => {
  const broken: string[] = [];
  for (const { name, run } of diskConformance) {
    vol.reset();
    memory.mkdirSync("/root");
    await run(new NodeDisk("/root")).catch(() => broken.push(name));
  }
  expect(broken).toEqual([
    "a folder opens for reading: it has a stat and a sync, a read is EISDIR, a write EBADF, a truncation EINVAL",
    "a write through r: EBADF",
    "a read through w: EBADF",
    "a read through wx: EBADF",
    "a read through a: EBADF",
    "a read through ax: EBADF",
    "a positioned append leaves the offset where it is",
    "truncate through r: EINVAL",
    "mkdir recursive: EEXIST at a file, ENOTDIR through one",
    "unlink removes a file; ENOENT where nothing is, EISDIR at a folder",
    "rename over a file replaces it, and the folder can be emptied and removed afterwards",
    "rename over an empty folder replaces it, over one that is not: ENOTEMPTY",
    "rename of a file over a folder: EISDIR; of a folder over a file: ENOTDIR",
    "rename through a file: ENOTDIR, be there something or not",
    "rename of a folder into itself: EINVAL",
    "rename over a folder that one lies in: ENOTEMPTY, for files too",
  ]);
});

test("there are more than sixty named behaviours, each with a name of its own", () => {
  const names = diskConformance.map(({ name }) => name);
  expect(names.length).toBeGreaterThan(60);
  expect(new Set(names).size).toBe(names.length);
});
