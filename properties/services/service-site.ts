import type { Host, Main } from "../../src/host/host.ts";
import { Kernel } from "../../src/kernel/kernel.ts";
import { formatOf, type RoleKind } from "../../src/roles/role-table.ts";
import { frameClassifier } from "../../src/rpc/classify.ts";
import { SimDisk } from "../../src/sim/disk/sim-disk.ts";
import { Site } from "../../src/sim/site.ts";

/**
 * Simulated machines for the laws of services: each service on one of its own, one client on another, and the two ends
 * that a service's life can come to, before a port call or at an instant; it restarts after a while.
 */
export class ServiceSite {
  readonly kernel: Kernel;
  readonly site: Site;
  readonly disks = new Map<string, SimDisk>();
  /** Lives that ended by a crash of the service's own: always a defect. */
  readonly crashes: unknown[] = [];
  #failure: unknown;
  #done = false;

  constructor(seed: string, services: Readonly<Record<string, Main>>, untilUs = 600_000_000) {
    this.kernel = new Kernel({ seed, untilUs });
    this.site = new Site(this.kernel, { classifier: frameClassifier });
    this.site.onProcess(change => {
      if (change.what === "crashed") this.crashes.push(change.cause);
    });
    for (const [role, main] of Object.entries(services)) {
      this.#place(role);
      this.site.start(role, main);
    }
    this.#place("client");
  }

  /** The service dies before that port call of that life and is restarted, by the machine's power when so said. */
  endsAtCall(role: string, life: number, call: number, how: End, downUs = 30_000): void {
    this.site.watchCall(role, life, call, () => this.end(role, how, downUs));
  }

  endsAt(atUs: number, role: string, how: End, downUs = 30_000): void {
    this.kernel.at(atUs, this.kernel.owner("faults"), () => this.end(role, how, downUs));
  }

  end(role: string, how: End, downUs: number): void {
    if (how === "kill" && !this.site.kill(role)) return;
    if (how === "power-loss") this.site.powerLoss([role]);
    this.kernel.at(this.kernel.nowUs + downUs, this.kernel.owner("faults"), () => {
      if (how === "power-loss") this.site.powerOn(role);
      if (this.site.role(role).incarnation === undefined) this.site.start(role);
    });
  }

  /** Runs the client to its end; what it throws is thrown here, and so is what crashed a service. */
  async play(client: (host: Host) => Promise<void>): Promise<void> {
    this.site.start("client", host => {
      client(host)
        .then(() => (this.#done = true))
        .catch((error: unknown) => (this.#failure = error ?? "rejected"))
        .finally(() => this.kernel.stop());
    });
    const end = await this.kernel.run();
    for (const disk of this.disks.values()) disk.dispose();
    if (this.#failure !== undefined) throw this.#failure;
    if (this.crashes.length > 0) throw this.crashes[0];
    if (!this.#done) throw new Error(`The client did not come to its end: ${JSON.stringify(end)}`);
  }

  #place(name: string): void {
    const disk = new SimDisk(this.kernel, { machine: name, seed: this.kernel.seed, latencyUs: 40 });
    this.disks.set(name, disk);
    this.site.addMachine(name, { disk });
    this.site.place(name, name);
    const kind = kinds[name];
    if (kind !== undefined) for (const { path, bytes } of formatOf(name, kind)) disk.seed(path, bytes);
  }
}

/** Of the bundled services that have something on their disks before their first life. */
const kinds: Readonly<Record<string, RoleKind>> = {
  coord: "coordination",
  broker: "broker",
  dfs0: "storage",
  dfs1: "storage",
  dfs2: "storage",
};

export type End = "kill" | "power-loss";
