import type { HostEvent } from "../host/event.ts";
import type { Main } from "../host/host.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Incarnation } from "../kernel/process.ts";
import { drawKey } from "../kernel/random.ts";
import type { Machine } from "./machine.ts";
import type { Network } from "./net/network.ts";
import type { NetStack } from "./net/net-stack.ts";
import { SimNet } from "./net/sim-net.ts";
import type { ProcessChange } from "./observation.ts";
import { portCall } from "./port-call.ts";
import { SimHost } from "./sim-host.ts";

/**
 * One role and its lives, one after the other. It owns starting and ending a life: a start calls `main` anew with a new
 * host, and what a life had open ends with it. Who decides on that, and what happens to the machine, is site.ts's.
 */
export class Role {
  readonly name: string;
  readonly machine: Machine;
  readonly #surroundings: RoleSurroundings;
  readonly #watches: CallWatch[] = [];
  #main: Main | undefined;
  #life: { readonly incarnation: Incarnation; readonly net: SimNet } | undefined;
  #lives = 0;

  constructor(name: string, machine: Machine, surroundings: RoleSurroundings) {
    this.name = name;
    this.machine = machine;
    this.#surroundings = surroundings;
  }

  /** Lives so far, the present one included. */
  get lives(): number {
    return this.#lives;
  }

  /** The present life, or undefined while it is dead. */
  get incarnation(): Incarnation | undefined {
    return this.#life?.incarnation;
  }

  get started(): boolean {
    return this.#main !== undefined;
  }

  start(main: Main | undefined = this.#main): void {
    const { kernel, network, resolve } = this.#surroundings;
    if (main === undefined) throw new Error(`Role ${this.name} was never started: give it a main.`);
    if (this.#life !== undefined) throw new Error(`Role ${this.name} runs already.`);
    if (!this.machine.stack.powered)
      throw new Error(`Role ${this.name} cannot start: machine ${this.machine.name} has no power.`);
    this.#main = main;
    const incarnation = kernel.incarnation(this.name, this.#lives++);
    const net = new SimNet(incarnation, { network, stack: this.machine.stack, resolve });
    this.#life = { incarnation, net };
    const host = new SimHost(incarnation, this.machine, net, {
      emitted: event => this.#surroundings.emitted(this, incarnation, event),
      exited: code => this.end("exited", code),
    });
    this.#watchNext(incarnation);
    this.#tell(incarnation, "started");
    incarnation.turn(() => main(host));
  }

  /** Ends the present life, if there is one. `cause` is the error of a crash, or the code of an exit. */
  end(how: "killed" | "crashed" | "exited", cause?: unknown): Death | undefined {
    const life = this.#stop();
    if (life === undefined) return undefined;
    const connections = life.net.sockets.size;
    life.net.processEnded();
    const { callsInFlight } = this.machine.disk.processKilled(life.incarnation);
    this.#tell(life.incarnation, how, cause);
    return { life: life.incarnation.number, connections, callsInFlight };
  }

  /** The machine lost power: nothing cleans up after the process. */
  vanish(): boolean {
    const life = this.#stop();
    if (life === undefined) return false;
    this.#tell(life.incarnation, "killed");
    return true;
  }

  pause(): boolean {
    const incarnation = this.incarnation;
    if (incarnation === undefined || incarnation.paused) return false;
    incarnation.pause();
    this.#tell(incarnation, "paused");
    return true;
  }

  resume(): boolean {
    const incarnation = this.incarnation;
    if (incarnation === undefined || !incarnation.paused) return false;
    incarnation.resume();
    this.#tell(incarnation, "resumed");
    return true;
  }

  /** Calls `reached` before the n-th port call of a life. */
  watchCall(watch: CallWatch): void {
    this.#watches.push(watch);
    this.#watches.sort((a, b) => a.call - b.call);
    if (this.incarnation?.number === watch.life) this.#watchNext(this.incarnation);
  }

  /** An incarnation watches for one call at a time: the earliest that is still to come. */
  #watchNext(incarnation: Incarnation): void {
    const next = this.#watches.find(watch => watch.life === incarnation.number && watch.call > incarnation.calls);
    incarnation.watchedCall = next?.call ?? 0;
    incarnation.onWatchedCall =
      next === undefined
        ? undefined
        : () => {
            for (const watch of this.#watches) {
              if (watch.life === next.life && watch.call === next.call) watch.reached();
            }
            this.#watchNext(incarnation);
          };
  }

  #stop(): { readonly incarnation: Incarnation; readonly net: SimNet } | undefined {
    const life = this.#life;
    this.#life = undefined;
    life?.incarnation.kill();
    return life;
  }

  #tell(incarnation: Incarnation, what: ProcessChange, cause?: unknown): void {
    const { kernel } = this.#surroundings;
    incarnation.fold(portCall.life, drawKey("life", what) ^ incarnation.number);
    if (kernel.journal.recording) {
      const detail = { life: incarnation.number, ...(cause === undefined ? {} : { cause: String(cause) }) };
      kernel.journal.note(() => ({ atUs: kernel.nowUs, owner: this.name, what: `process.${what}`, detail }));
    }
    this.#surroundings.changed(this, incarnation, what, cause);
  }
}

export interface CallWatch {
  readonly life: number;
  /** The first port call of a life is number 1. */
  readonly call: number;
  reached(): void;
}

/** What the end of a life cut off, for the efficacy ledger. */
export interface Death {
  readonly life: number;
  readonly connections: number;
  /** Disk calls that were neither done nor not done. */
  readonly callsInFlight: number;
}

/** What a role finds around it. */
export interface RoleSurroundings {
  readonly kernel: Kernel;
  readonly network: Network;
  resolve(address: string): NetStack | undefined;
  emitted(role: Role, incarnation: Incarnation, event: HostEvent): void;
  changed(role: Role, incarnation: Incarnation, what: ProcessChange, cause: unknown): void;
}
