import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "vitest";
import { diskConformance } from "../conformance/disk-conformance.ts";
import { NodeDisk } from "./node-disk.ts";

test.each(diskConformance)("the real disk: $name", async ({ run }) => {
  const root = await mkdtemp(join(tmpdir(), "millrace-disk-"));
  try {
    await run(new NodeDisk(root));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
