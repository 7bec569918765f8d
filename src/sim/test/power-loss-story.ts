import type { Disk } from "../../host/disk.ts";
import { readFile } from "../../host/file.ts";
import type { PersistenceName } from "../disk/persistence.ts";
import { diskStory } from "./disk-story.ts";

/** What is on a disk, line by line, and what a power loss makes of it. */

/** Every file with its contents and every folder, in order. */
export async function treeOf(disk: Disk, folder = ""): Promise<string[]> {
  const lines: string[] = [];
  for (const name of await disk.readdir(folder === "" ? "/" : folder)) {
    const path = `${folder}/${name}`;
    if ((await disk.stat(path)).kind === "directory") lines.push(`${path}/`, ...(await treeOf(disk, path)));
    else lines.push(`${path}: ${Buffer.from(await readFile(disk, path)).toString("hex")}`);
  }
  return lines;
}

/** Syncs every file and folder, the innermost first. */
export async function syncAll(disk: Disk, folder = ""): Promise<void> {
  for (const name of await disk.readdir(folder === "" ? "/" : folder)) {
    const path = `${folder}/${name}`;
    if ((await disk.stat(path)).kind === "directory") {
      await syncAll(disk, path);
      continue;
    }
    const file = await disk.open(path, "r");
    await file.sync();
    await file.close();
  }
  await disk.syncDirectory(folder === "" ? "/" : folder);
}

/** What the disk shows after `first` and a power loss. */
export async function treeAfterPowerLoss(
  seed: string,
  first: (disk: Disk) => Promise<void>,
  persistence: PersistenceName = "prefix",
): Promise<string[]> {
  let tree: string[] = [];
  const second = async (disk: Disk): Promise<void> => {
    tree = await treeOf(disk);
  };
  const story = await diskStory({ seed, persistence, lives: [{ run: first, then: "power-loss" }, { run: second }] });
  if (story.errors.length > 0) throw story.errors[0];
  story.disk.dispose();
  return tree;
}
