import type { HostEvent } from "../host/event.ts";
import type { Main } from "../host/host.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Incarnation } from "../kernel/process.ts";
import { draw, drawKey } from "../kernel/random.ts";
import { MachineClock } from "./clock.ts";
import type { Machine, MachineDisk } from "./machine.ts";
import { Network, roleOf, type NetworkOptions } from "./net/network.ts";
import type { Observation } from "./observation.ts";
import { portCall } from "./port-call.ts";
import { Role, type Death } from "./role.ts";

/**
 * All machines of a world and the roles that run on them: the levers that a world and its faults pull. It owns where a
 * role runs and that addresses are found; it decides nothing by itself: nobody restarts unless told to.
 */
export class Site {
  readonly kernel: Kernel;
  readonly network: Network;
  readonly #machines = new Map<string, Machine>();
  readonly #roles = new Map<string, Role>();
  readonly #emitListeners: EmitListener[] = [];
  readonly #processListeners: ProcessListener[] = [];
  readonly #machineListeners: ((observation: MachineObservation) => void)[] = [];

  constructor(kernel: Kernel, options: NetworkOptions = {}) {
    this.kernel = kernel;
    this.network = new Network(kernel, options);
    const crashed: Kernel["onCrash"] = (incarnation, error) => {
      const role = this.#roles.get(incarnation.role);
      if (role?.incarnation === incarnation) role.end("crashed", error);
    };
    kernel.onCrash = crashed;
  }

  addMachine(name: string, options: { readonly disk: MachineDisk; readonly clockOffsetMs?: number }): Machine {
    if (this.#machines.has(name)) throw new Error(`Machine ${name} exists already.`);
    const clock = new MachineClock(this.kernel, {
      offsetMs: options.clockOffsetMs ?? 0,
      // Two machines' monotonic clocks have nothing to do with each other; code that compares them shall notice.
      monotonicFromMs: draw(drawKey(this.kernel.seed, `clock/${name}`), 0) % MONOTONIC_START_MS_MAX,
    });
    const machine: Machine = { name, clock, disk: options.disk, stack: this.network.addStack(name) };
    this.#machines.set(name, machine);
    return machine;
  }

  /** Says on which machine a role runs. */
  place(role: string, machine: string): void {
    if (this.#roles.has(role)) throw new Error(`Role ${role} has its place already.`);
    this.#roles.set(
      role,
      new Role(role, this.machine(machine), {
        kernel: this.kernel,
        network: this.network,
        resolve: address => this.#roles.get(roleOf(address))?.machine.stack,
        emitted: (of, incarnation, event) => {
          for (const listener of this.#emitListeners) listener(of.name, incarnation, event);
        },
        changed: (of, incarnation, what, cause) => {
          const change: ProcessEvent = {
            kind: "process",
            atUs: this.kernel.nowUs,
            role: of.name,
            incarnation: incarnation.number,
            what,
            ...(cause === undefined ? {} : { cause }),
          };
          for (const listener of this.#processListeners) listener(change);
        },
      }),
    );
  }

  machine(name: string): Machine {
    return found(this.#machines, name, "Machine");
  }

  role(name: string): Role {
    return found(this.#roles, name, "Role");
  }

  /** Role names in the order in which they were placed. */
  get roles(): readonly string[] {
    return [...this.#roles.keys()];
  }

  get machines(): readonly string[] {
    return [...this.#machines.keys()];
  }

  machineOf(role: string): Machine {
    return this.role(role).machine;
  }

  rolesOn(machine: string): readonly string[] {
    return this.roles.filter(role => this.role(role).machine.name === machine);
  }

  /** A new life of the role; without `main` the one it had. */
  start(role: string, main?: Main): void {
    this.role(role).start(main);
  }

  /** The process dies; its machine lives on. Undefined: it was dead. */
  kill(role: string): Death | undefined {
    return this.role(role).end("killed");
  }

  pause(role: string): boolean {
    return this.role(role).pause();
  }

  resume(role: string): boolean {
    return this.role(role).resume();
  }

  /** The present life's work costs `factor` times as much from now on; 1 is normal speed. */
  slow(role: string, factor: number): void {
    this.role(role).incarnation?.slow(factor);
  }

  /** All these machines lose power at the same instant. */
  powerLoss(machines: readonly string[]): PowerLossToll {
    const hit = [...new Set(machines)].map(name => this.machine(name)).filter(machine => machine.stack.powered);
    const roles = hit.flatMap(machine => this.rolesOn(machine.name));
    const toll = {
      machines: hit.length,
      lives: roles.filter(role => this.role(role).vanish()).length,
      spared: 0,
      lost: 0,
    };
    for (const machine of hit) {
      machine.stack.powerLoss();
      const disk = machine.disk.powerLoss();
      toll.spared += disk.spared;
      toll.lost += disk.lost;
      this.#tellMachine(machine.name, "power-loss");
    }
    return toll;
  }

  /** The machine is up again, with nothing running: whoever calls starts its roles. */
  powerOn(machine: string): void {
    const { stack } = this.machine(machine);
    if (stack.powered) return;
    stack.powerOn();
    this.#tellMachine(machine, "power-on");
  }

  /** Every event that a process emits. A listener may kill the process: the emit was its last call then. */
  onEmit(listener: EmitListener): void {
    this.#emitListeners.push(listener);
  }

  onProcess(listener: ProcessListener): void {
    this.#processListeners.push(listener);
  }

  onMachine(listener: (observation: MachineObservation) => void): void {
    this.#machineListeners.push(listener);
  }

  /** Calls `reached` before the n-th port call (the first is 1) of the role's life (the first is 0). */
  watchCall(role: string, life: number, call: number, reached: () => void): void {
    this.role(role).watchCall({ life, call, reached });
  }

  #tellMachine(machine: string, what: MachineObservation["what"]): void {
    const { journal, nowUs } = this.kernel;
    journal.fold(portCall.life, nowUs, this.kernel.owner(`machine/${machine}`), what === "power-on" ? 1 : 0);
    if (journal.recording) journal.note(() => ({ atUs: nowUs, owner: machine, what: `machine.${what}` }));
    for (const listener of this.#machineListeners) listener({ kind: "machine", atUs: nowUs, machine, what });
  }
}

export type EmitListener = (role: string, incarnation: Incarnation, event: HostEvent) => void;
export type ProcessListener = (change: ProcessEvent) => void;
/** `cause` is the error of a crash, or the code of an exit. */
export type ProcessEvent = Extract<Observation, { readonly kind: "process" }> & { readonly cause?: unknown };
export type MachineObservation = Extract<Observation, { readonly kind: "machine" }>;

/** What a loss of power took: the efficacy ledger's evidence. `spared` and `lost` count un-synced changes on disks. */
export interface PowerLossToll {
  readonly machines: number;
  readonly lives: number;
  readonly spared: number;
  readonly lost: number;
}

function found<T>(things: ReadonlyMap<string, T>, name: string, kind: string): T {
  const thing = things.get(name);
  if (thing === undefined)
    throw new Error(`${kind} ${name} does not exist; this site has ${[...things.keys()].join(", ")}.`);
  return thing;
}

const MONOTONIC_START_MS_MAX = 10_000_000;
