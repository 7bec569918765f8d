import type { DiskCase } from "./disk-case.ts";
import { diskDescriptors } from "./disk-descriptors.ts";
import { diskFolders } from "./disk-folders.ts";
import { diskOpening } from "./disk-opening.ts";
import { diskReadingAndWriting } from "./disk-reading-and-writing.ts";
import { diskRenaming } from "./disk-renaming.ts";

/**
 * What a program may rely on from any disk behind the port, as named cases that each host is held to: the real disk
 * beside host/node, the simulated one beside sim/disk. A fresh, empty disk for each is the runner's.
 *
 * Linux is the measure. What survives a crash is not here, since a real machine cannot be asked.
 */
export const diskConformance: readonly DiskCase[] = [
  ...diskOpening,
  ...diskReadingAndWriting,
  ...diskDescriptors,
  ...diskFolders,
  ...diskRenaming,
];
