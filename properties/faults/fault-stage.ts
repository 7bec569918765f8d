import type { Host } from "../../src/host/host.ts";
import type { Connection } from "../../src/host/net.ts";
import { Journal } from "../../src/kernel/journal.ts";
import { Kernel } from "../../src/kernel/kernel.ts";
import { frameClassifier } from "../../src/rpc/classify.ts";
import { SimDisk } from "../../src/sim/disk/sim-disk.ts";
import type { NetSettings } from "../../src/sim/net/net-settings.ts";
import { Site } from "../../src/sim/site.ts";
import type { Fault, FaultEffect } from "../../src/world/fault.ts";
import { FaultEngine } from "../../src/world/fault-engine.ts";
import { StorageFaults } from "../../src/world/faults/storage-faults.ts";
import { TaskFaults } from "../../src/world/faults/task-faults.ts";
import { layoutOf } from "../../src/world/layout.ts";
import { Supervisor } from "../../src/world/supervisor.ts";
import { Triggers } from "../../src/world/trigger.ts";

/**
 * Machines `tm0`, `tm1`, … (one more is for a fault to add) with small programs and the real fault engine: what the laws of
 * faults are shown on. `said` is what the programs reported, in order, with their instants.
 */
export async function playFaults(
  plan: readonly Fault[],
  programs: Readonly<Record<string, Program>>,
  { workers = 3, net = quietNet }: StageOptions = {},
): Promise<Played> {
  const kernel = new Kernel({ seed: "laws", journal: new Journal(), untilUs: 120_000_000 });
  const spare = `tm${workers}`;
  const site = new Site(kernel, { settings: net, classifier: frameClassifier });
  const layout = layoutOf({
    jobManagers: 0,
    workers,
    slotsPerWorker: 1,
    storageNodes: 0,
    replicas: 1,
    parallelism: 1,
    partitions: 1,
    placement: "spread",
    persistence: "prefix",
    broker: "durable-prepare",
  });
  const disks = new Map<string, SimDisk>();
  for (const { role, machine } of layout.roles) {
    const disk = new SimDisk(kernel, { machine, seed: "laws", latencyUs: 100 });
    disks.set(machine, disk);
    site.addMachine(machine, { disk });
    site.place(role, machine);
  }
  const supervisor = new Supervisor(site);
  const triggers = new Triggers(kernel, (role, life, call, fire) => site.watchCall(role, life, call, fire));
  site.onEmit((role, _life, event) => triggers.onEmit(role, event));
  const engine = new FaultEngine(
    {
      site,
      layout,
      tasks: new TaskFaults({
        job: "none",
        hash: "",
        vertices: [],
        edges: [],
        checkpointing: undefined,
        restartStrategy: undefined,
      }),
      storage: new StorageFaults(() => kernel.nowUs),
      disk: machine => disks.get(machine)!,
      restart: role => supervisor.restart(role),
      powerUp: machine => supervisor.powerUp(machine),
      abandon: role => supervisor.abandon(role),
      inputTopics: ["input"],
      operate(name, beside, program) {
        site.place(name, site.machineOf(beside).name);
        site.start(name, program);
      },
      addWorker() {
        const disk = new SimDisk(kernel, { machine: spare, seed: "laws", latencyUs: 100 });
        disks.set(spare, disk);
        site.addMachine(spare, { disk });
        site.place(spare, spare);
        start(spare, programs[spare]!);
        return spare;
      },
      incarnation: role => site.role(role).incarnation,
    },
    () => {},
  );
  engine.arm(plan, triggers);
  const said: Said[] = [];
  const start = (role: string, program: Program): void => {
    const lives = { count: 0 };
    supervisor.start(role, host => {
      const life = lives.count++;
      program(host, life, text => {
        const { nowUs } = kernel;
        said.push({ role, life, text, atUs: nowUs, atMs: Math.floor(nowUs / 1000) });
      });
    });
  };
  for (const [role, program] of Object.entries(programs)) if (role !== spare) start(role, program);
  const end = await kernel.run();
  if (end.kind === "broken") throw new Error(end.reason);
  const ledger = engine.ledger({ window: { fromUs: 0, toUs: kernel.nowUs }, inUse: () => true });
  for (const disk of disks.values()) disk.dispose();
  return { said, ledger, end: end.kind, texts: role => said.filter(one => one.role === role).map(one => one.text) };
}

export interface StageOptions {
  readonly workers?: number;
  readonly net?: Partial<NetSettings>;
}

/** Nothing is left to chance. */
const quietNet = { jitterUs: 0, slowPerMille: 0, splitPerMille: 0, mergePerMille: 0, latencyUs: 500 };

export type Program = (host: Host, life: number, say: (text: string) => void) => void;

export interface Said {
  readonly role: string;
  readonly life: number;
  readonly text: string;
  readonly atUs: number;
  readonly atMs: number;
}

export interface Played {
  readonly said: readonly Said[];
  readonly ledger: readonly FaultEffect[];
  readonly end: string;
  texts(role: string): string[];
}

export function instantsOf({ said }: Pick<Played, "said">, role: string): readonly number[] {
  return said.filter(one => one.role === role).map(one => one.atMs);
}

export function saidBy({ said }: Pick<Played, "said">, role: string): readonly Said[] {
  return said.filter(one => one.role === role);
}

/** Sends `count` numbered bytes to `to`, one every 10 ms, over one connection. */
export function sender(to: string, count: number): Program {
  return (host, _life, say) => {
    void host.net.connect(`${to}:in`).then(connection => {
      connection.handle({ data: () => {}, closed: how => say(`closed: ${how}`) });
      sendNext(host, connection, 0, count);
    });
  };
}

/** Says each byte that arrives. */
export const receiver: Program = (host, _life, say) => {
  void host.net.listen(`${host.role}:in`, connection => {
    connection.handle({
      data: chunk => {
        for (const byte of chunk) say(String(byte));
      },
      closed: how => say(`closed: ${how}`),
    });
  });
};

function sendNext(host: Host, connection: Connection, next: number, count: number): void {
  if (next === count) return connection.end();
  connection.write(Uint8Array.of(next));
  host.timer(10, () => sendNext(host, connection, next + 1, count));
}
