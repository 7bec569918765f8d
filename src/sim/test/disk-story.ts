import type { Disk } from "../../host/disk.ts";
import { Kernel, type KernelEnd } from "../../kernel/kernel.ts";
import type { Incarnation } from "../../kernel/process.ts";
import { SimDisk, type PowerLossToll, type SimDiskOptions } from "../disk/sim-disk.ts";

/**
 * Plays one disk's story for a test: lives of a process, one after the other, each ended by its own end, by a kill or
 * by a power loss. It owns the order of the lives and nothing of the disk.
 */
export async function diskStory(options: DiskStoryOptions): Promise<DiskStoryEnd> {
  const kernel = new Kernel({ seed: options.seed });
  const disk = new SimDisk(kernel, { machine: "m0", latencyUs: 100, ...options });
  const tolls: PowerLossToll[] = [];
  const errors: unknown[] = [];
  kernel.onCrash = (_, error) => errors.push(error);
  options.prepare?.(disk, kernel);

  const play = (number: number): void => {
    const life = options.lives[number];
    if (life === undefined) return;
    const incarnation = kernel.incarnation("tm0", number);
    const port = disk.port(incarnation, "tm0");
    let over = false;
    const end = (): void => {
      if (over) return;
      over = true;
      incarnation.kill();
      disk.processKilled(incarnation);
      if (life.then === "power-loss") tolls.push(disk.powerLoss());
      play(number + 1);
    };
    kernel.at(kernel.nowUs, incarnation.owner, () => {
      incarnation.turn(() => {
        const ended = life.run(port, incarnation).catch((error: unknown) => void errors.push(error));
        if (life.endsAfterUs === undefined) void ended.then(() => kernel.at(kernel.nowUs, incarnation.owner, end));
      });
      if (life.endsAfterUs !== undefined) kernel.at(kernel.nowUs + life.endsAfterUs, incarnation.owner, end);
    });
  };
  play(0);
  const end = await kernel.run();
  return { end, kernel, disk, tolls, errors };
}

export interface DiskStoryOptions extends Omit<SimDiskOptions, "machine" | "latencyUs"> {
  readonly latencyUs?: number;
  readonly lives: readonly DiskLife[];
  readonly prepare?: (disk: SimDisk, kernel: Kernel) => void;
}

export interface DiskLife {
  readonly run: (disk: Disk, incarnation: Incarnation) => Promise<void>;
  /** What ends this life: a kill of the process alone, or the machine's power. */
  readonly then?: "kill" | "power-loss";
  /** Ends it after this time, in the middle of its calls; without it, when `run` has returned. */
  readonly endsAfterUs?: number;
}

export interface DiskStoryEnd {
  readonly end: KernelEnd;
  readonly kernel: Kernel;
  readonly disk: SimDisk;
  readonly tolls: readonly PowerLossToll[];
  readonly errors: readonly unknown[];
}
