import { expect, test } from "vitest";
import type { Disk, DiskFile } from "../../host/disk.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { diskStory } from "../test/disk-story.ts";

const byte = Uint8Array.of(1);

/** Every operation there is, in an order in which each succeeds. */
const operations: readonly (readonly [name: string, call: (disk: Disk, file: DiskFile) => Promise<unknown>])[] = [
  ["write", (_, file) => file.write(byte, 0, 1, 0)],
  ["read", (_, file) => file.read(new Uint8Array(1), 0, 1, 0)],
  ["fstat", (_, file) => file.stat()],
  ["sync", (_, file) => file.sync()],
  ["truncate", (_, file) => file.truncate(0)],
  ["close", (_, file) => file.close()],
  ["mkdir", disk => disk.mkdir("/d")],
  ["open", disk => disk.open("/d/f", "wx")],
  ["stat", disk => disk.stat("/d/f")],
  ["rename", disk => disk.rename("/d/f", "/d/g")],
  ["readdir", disk => disk.readdir("/d")],
  ["sync-directory", disk => disk.syncDirectory("/d")],
  ["unlink", disk => disk.unlink("/d/g")],
  ["rmdir", disk => disk.rmdir("/d")],
  ["rm", disk => disk.rm("/none", { force: true })],
];

/** Microseconds that each operation took, one after the other. */
async function durations(latencyUs: number): Promise<Record<string, number>> {
  const took: Record<string, number> = {};
  let kernel!: Kernel;
  const run = async (disk: Disk): Promise<void> => {
    const file = await disk.open("/f", "w+");
    for (const [name, call] of operations) {
      const fromUs = kernel.nowUs;
      await call(disk, file);
      took[name] = kernel.nowUs - fromUs;
    }
  };
  const story = await diskStory({ seed: "a", latencyUs, lives: [{ run }], prepare: (_, of) => (kernel = of) });
  if (story.errors.length > 0) throw story.errors[0];
  story.disk.dispose();
  return took;
}

test("every operation takes its time, and more of it on a slower disk", async () => {
  const fast = await durations(50);
  const slow = await durations(5_000);
  expect(Object.keys(fast)).toHaveLength(operations.length);
  for (const [name] of operations) {
    expect(fast[name], name).toBeGreaterThan(0);
    expect(slow[name], name).toBeGreaterThan(10 * fast[name]!);
  }
});
