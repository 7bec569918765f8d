import { basename, extname } from "node:path";
import { encode } from "../rpc/codec.ts";
import { frameClassifier } from "../rpc/classify.ts";
import { formatOf, roleFolder, startRole } from "../roles/role-table.ts";
import type { Host, Main } from "../host/host.ts";
import type { Job } from "../runtime/api/job.ts";
import { compileJob } from "../runtime/graph/compile-job.ts";
import type { JobGraph } from "../runtime/graph/job-graph.ts";
import type { JobReference } from "../runtime/task/task-contract.ts";
import { topicImage } from "../services/log-broker/broker-log.ts";
import { Kernel } from "../kernel/kernel.ts";
import type { Journal } from "../kernel/journal.ts";
import { RandomStream } from "../kernel/random.ts";
import { SimDisk } from "../sim/disk/sim-disk.ts";
import { Site } from "../sim/site.ts";
import type { Case } from "./case.ts";
import { clusterOf } from "./cluster-of.ts";
import { StorageFaults } from "./faults/storage-faults.ts";
import { TaskFaults } from "./faults/task-faults.ts";
import { layoutOf, type Layout, type PlacedRole } from "./layout.ts";
import { Supervisor } from "./supervisor.ts";

/**
 * Builds the simulated cluster of a case: machines with clocks and disks, the input on the broker's disk, every role
 * placed. It owns what stands where when time begins; what then happens to it is play.ts.
 */
export class World {
  readonly kernel: Kernel;
  readonly site: Site;
  readonly layout: Layout;
  readonly supervisor: Supervisor;
  readonly tasks: TaskFaults;
  readonly storage: StorageFaults;
  readonly graph: JobGraph;
  readonly #played: Case;
  readonly #actors: Actors;
  readonly #disks = new Map<string, SimDisk>();
  readonly #clockDraws: RandomStream;
  #added = 0;

  constructor(played: Case, actors: Actors, options: { readonly journal: Journal; readonly eventsMax: number }) {
    const { topology, knobs, seed, ties } = played;
    this.#played = played;
    this.#actors = actors;
    this.#clockDraws = new RandomStream(seed, "world/clocks");
    this.kernel = new Kernel({ seed, ...options, ...(ties === undefined ? {} : { ties }) });
    this.layout = layoutOf(topology, Object.keys(actors.services));
    this.site = new Site(this.kernel, {
      settings: { latencyUs: knobs.linkLatencyUs, jitterUs: knobs.linkJitterUs },
      classifier: frameClassifier,
    });
    this.graph = compileJob(actors.job, actors.params, { parallelism: topology.parallelism });
    this.tasks = new TaskFaults(this.graph);
    this.storage = new StorageFaults(() => this.kernel.nowUs);
    this.#addMachines();
    for (const { role, machine } of this.layout.roles) this.site.place(role, machine);
    this.#format();
    this.#putInput();
    this.supervisor = new Supervisor(this.site);
  }

  disk(machine: string): SimDisk {
    return this.#disks.get(machine)!;
  }

  diskOf(role: string): SimDisk {
    return this.disk(this.site.machineOf(role).name);
  }

  start(): void {
    const { topology, knobs } = this.#played;
    const cluster = clusterOf(this.layout, topology, knobs);
    const job = this.#reference();
    for (const placed of this.layout.roles) {
      this.supervisor.start(placed.role, this.#mainOf(placed, { cluster, job }));
    }
  }

  /** Topics that the job reads. */
  get inputTopics(): readonly string[] {
    return Object.keys(this.#actors.input);
  }

  /** A program that an operator runs beside a role, once: an admin's command line. Another one of that name goes on. */
  operate(name: string, beside: string, program: Main): void {
    const { site } = this;
    if (!site.roles.includes(name)) site.place(name, site.machineOf(beside).name);
    const { incarnation, machine } = site.role(name);
    if (incarnation === undefined && machine.stack.powered) site.start(name, program);
  }

  /** One more machine with a worker; its role. */
  addWorker(): string {
    const role = `tm${this.layout.workers.length + this.#added++}`;
    this.#addMachine(role);
    this.site.place(role, role);
    const { topology, knobs } = this.#played;
    const cluster = clusterOf(this.layout, topology, knobs);
    this.supervisor.start(
      role,
      this.#mainOf({ role, kind: "worker", machine: role }, { cluster, job: this.#reference() }),
    );
    return role;
  }

  /** Its disks' volumes serve the next world. */
  dispose(): void {
    for (const disk of this.#disks.values()) disk.dispose();
  }

  #addMachines(): void {
    for (const machine of this.layout.machines) this.#addMachine(machine);
  }

  #addMachine(machine: string): void {
    const { seed, knobs, topology } = this.#played;
    const { persistence } = topology;
    const disk = new SimDisk(this.kernel, { machine, seed, latencyUs: knobs.diskLatencyUs, persistence });
    this.#disks.set(machine, disk);
    const clockOffsetMs = this.#clockDraws.between(-knobs.clockOffsetMsMax, knobs.clockOffsetMsMax);
    this.site.addMachine(machine, { disk, clockOffsetMs });
  }

  #format(): void {
    for (const { role, kind } of this.layout.roles) {
      if (kind === "service") continue;
      for (const { path, bytes } of formatOf(role, kind)) this.diskOf(role).seed(path, bytes);
    }
  }

  #putInput(): void {
    const disk = this.diskOf("broker");
    for (const [topic, partitions] of Object.entries(this.#actors.input)) {
      const records = partitions.map(partition =>
        partition.map(value => ({ key: null, value: encode(value), timestampMs: INPUT_TIMESTAMP_MS })),
      );
      for (const { name, bytes } of topicImage(topic, records)) disk.seed(`${roleFolder("broker")}/${name}`, bytes);
    }
  }

  #reference(): JobReference {
    const { job, params } = this.#actors;
    const module = moduleName(job.module);
    return { id: job.name, name: job.name, module, params, graphHash: this.graph.hash };
  }

  /** A module that cannot be imported again is the author's mistake, and no crash of the process. */
  #jobOf(role: string): Job | undefined {
    try {
      return this.tasks.weave(this.#actors.freshJob?.() ?? this.#actors.job, role);
    } catch (error) {
      this.kernel.breakRun(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  #mainOf(
    placed: PlacedRole,
    start: Omit<Parameters<typeof startRole>[2], "jobs" | "brokerMode" | "serveStorage">,
  ): Main {
    const main = this.#programOf(placed, start);
    const { portOf } = this.#actors;
    return portOf === undefined ? main : host => main(portOf(host));
  }

  #programOf(
    { role, kind }: PlacedRole,
    start: Omit<Parameters<typeof startRole>[2], "jobs" | "brokerMode" | "serveStorage">,
  ): Main {
    if (kind === "service") return this.#actors.services[role]!.main;
    return host => {
      // One incarnation, one import: what the job's module keeps does not outlive the process.
      const job = this.#jobOf(role);
      if (job === undefined) return;
      const brokerMode = this.#played.topology.broker;
      startRole(host, kind, { ...start, brokerMode, serveStorage: this.storage.server(role), jobs: () => job });
    };
  }
}

/**
 * What stands for a job's module in messages: nothing loads by it here, and where a checkout lies, or whether it runs from
 * its sources or from what was built of them, must not change a byte.
 */
function moduleName(path: string): string {
  return basename(path, extname(path));
}

/** What a case's scenario brings: things that are not plain data. */
export interface Actors {
  readonly job: Job;
  readonly params: unknown;
  /** An author's own external systems, by role. */
  readonly services: Readonly<Record<string, { readonly main: Main }>>;
  /** Records by topic and partition. */
  readonly input: Readonly<Record<string, readonly (readonly unknown[])[]>>;
  /** A copy of the job from a fresh import of its modules. */
  readonly freshJob?: () => Job;
  /** What a role gets in place of its host: a law of the world changes a port here and looks at what does not change. */
  readonly portOf?: (host: Host) => Host;
}

/** Input carries its own times in its records; the broker's are the same for all. */
const INPUT_TIMESTAMP_MS = 1_700_000_000_000;
