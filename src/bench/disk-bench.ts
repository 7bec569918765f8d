import { Volume } from "memfs";
import type { Disk } from "../host/disk.ts";
import { publishFile, readFile } from "../host/file.ts";
import { Kernel } from "../kernel/kernel.ts";
import { SimDisk } from "../sim/disk/sim-disk.ts";
import type { Bench } from "./measurement.ts";
import { sideBySide } from "./rounds.ts";

/** 10,000 files written, synced, renamed, their folder synced, and read back: the simulated disk against memfs alone. */
export const diskBench: Bench = {
  async run({ rounds }) {
    const { oursMs, ratio } = await sideBySide(
      rounds,
      () => playSimulatedDisk(FILES),
      () => playMemfs(FILES),
    );
    const value = Math.round((oursMs * 1_000_000) / FILES);
    return [{ name: "disk", value, unit: "ns/file", ratio, against: "memfs alone" }];
  },
};

/** Each file makes 12 calls, and each call is an event, a turn and two entries in the digest. */
export async function playSimulatedDisk(files: number): Promise<void> {
  const kernel = new Kernel({ seed: "disk" });
  const disk = new SimDisk(kernel, { machine: "m0", seed: "disk", latencyUs: 100 });
  const incarnation = kernel.incarnation("tm0", 0);
  const port = disk.port(incarnation, "tm0");
  let readBack = 0;
  const failures: unknown[] = [];
  kernel.onCrash = (_, error) => failures.push(error);
  kernel.at(0, incarnation.owner, () => {
    incarnation.turn(() => void publishAll(port, files).then(count => (readBack = count)));
  });
  await kernel.run();
  if (readBack !== files * CONTENTS.length)
    throw new Error("The bench did not read back what it wrote.", { cause: failures[0] });
  disk.dispose();
}

async function publishAll(disk: Disk, files: number): Promise<number> {
  let readBack = 0;
  await disk.mkdir("/d");
  for (let i = 0; i < files; i++) {
    await publishFile(disk, `/d/${i}`, CONTENTS);
    readBack += (await readFile(disk, `/d/${i}`)).length;
  }
  return readBack;
}

/** The same calls on memfs, synchronously, as its fastest interface gives them. */
export function playMemfs(files: number): void {
  const volume = new Volume();
  const contents = Buffer.from(CONTENTS);
  volume.mkdirSync("/d");
  for (let i = 0; i < files; i++) {
    const path = `/d/${i}`;
    volume.rmSync(`${path}.tmp`, { force: true });
    const file = volume.openSync(`${path}.tmp`, "wx");
    volume.writeSync(file, contents, 0, contents.length, 0);
    volume.fsyncSync(file);
    volume.closeSync(file);
    volume.renameSync(`${path}.tmp`, path);
    const folder = volume.openSync("/d", "r");
    volume.fsyncSync(folder);
    volume.closeSync(folder);
    const reader = volume.openSync(path, "r");
    const into = Buffer.alloc(volume.fstatSync(reader).size);
    volume.readSync(reader, into, 0, into.length, 0);
    volume.closeSync(reader);
  }
}

const FILES = 10_000;
const CONTENTS = new Uint8Array(100).fill(7);
