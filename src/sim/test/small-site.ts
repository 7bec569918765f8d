import { Kernel } from "../../kernel/kernel.ts";
import { Journal } from "../../kernel/journal.ts";
import { SimDisk, type SimDiskOptions } from "../disk/sim-disk.ts";
import type { NetworkOptions } from "../net/network.ts";
import { Site } from "../site.ts";
import { diskless } from "./diskless.ts";

/** A site with a machine per role, whole writes and no jitter unless a test asks for them. */
export class SmallSite {
  readonly kernel: Kernel;
  readonly site: Site;
  /** Errors that no process caught. */
  readonly crashes: unknown[] = [];

  constructor(roles: readonly string[], options: SmallSiteOptions = {}) {
    this.kernel = new Kernel({
      seed: options.seed ?? "a",
      journal: new Journal({ record: options.record ?? false }),
    });
    const settings = { jitterUs: 0, slowPerMille: 0, splitPerMille: 0, mergePerMille: 0, ...options.net?.settings };
    this.site = new Site(this.kernel, { ...options.net, settings });
    this.site.onProcess(change => {
      if (change.what === "crashed") this.crashes.push(change.cause);
    });
    for (const role of roles) {
      const { disks } = options;
      this.site.addMachine(role, {
        disk: disks === undefined ? diskless : new SimDisk(this.kernel, { ...disks, machine: role }),
      });
      this.site.place(role, role);
    }
  }

  /** Does something to the devices at an instant. */
  at(ms: number, act: () => void): void {
    this.kernel.at(ms * 1000, this.kernel.owner("test"), act);
  }

  /** Plays until nothing is left to happen; an error that no process caught is the test's. */
  async play(): Promise<void> {
    const end = await this.kernel.run();
    if (this.crashes.length > 0) throw this.crashes[0];
    if (end.kind !== "idle") throw new Error(JSON.stringify(end));
  }

  get digest(): string {
    return this.kernel.journal.digest.hex;
  }
}

interface SmallSiteOptions {
  readonly seed?: string;
  readonly net?: NetworkOptions;
  readonly record?: boolean;
  /** Each machine has one of these; absent: none has any. */
  readonly disks?: Omit<SimDiskOptions, "machine">;
}
