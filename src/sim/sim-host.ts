import type { Disk } from "../host/disk.ts";
import type { HostEvent } from "../host/event.ts";
import type { Clock, Host, RandomSource, Timer } from "../host/host.ts";
import type { Ticket } from "../kernel/agenda.ts";
import type { FenceProvider } from "../kernel/fence/fence-provider.ts";
import type { Incarnation } from "../kernel/process.ts";
import { drawKey, RandomStream } from "../kernel/random.ts";
import type { Machine } from "./machine.ts";
import type { SimNet } from "./net/sim-net.ts";
import { portCall } from "./port-call.ts";

/**
 * The port of one life of one simulated process. It owns the form of each call: counted as a crash point, void for the
 * dead, and folded into the digest. What the calls do belongs to the devices.
 *
 * Reading a clock or a random number is no crash point: it changes nothing that another could see, so that a kill
 * before it is a kill before the next call.
 */
export class SimHost implements Host {
  readonly role: string;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly disk: Disk;
  readonly net: SimNet;
  readonly #incarnation: Incarnation;
  readonly #machine: Machine;
  readonly #watcher: HostWatcher;

  constructor(incarnation: Incarnation, machine: Machine, net: SimNet, watcher: HostWatcher) {
    this.role = incarnation.role;
    this.#incarnation = incarnation;
    this.#machine = machine;
    this.#watcher = watcher;
    this.net = net;
    this.disk = machine.disk.port(incarnation, incarnation.role);
    this.clock = {
      now: () => machine.clock.wallMs(),
      monotonic: () => Math.floor(machine.clock.monotonicUs() / 1000),
    };
    this.random = new ProcessRandom(incarnation);
    incarnation.fence = fenceOf(this, machine);
  }

  timer(delayMs: number, fire: () => void): Timer {
    const incarnation = this.#incarnation;
    if (!Number.isInteger(delayMs) || delayMs < 0) {
      throw new RangeError(`timer(${delayMs}): whole milliseconds, 0 or more, are wanted.`);
    }
    if (!incarnation.enter(portCall.timer)) return deadTimer;
    return new ProcessTimer(incarnation, this.#machine.clock.instantAfter(delayMs * 1000), fire);
  }

  emit(event: HostEvent): void {
    const incarnation = this.#incarnation;
    if (!incarnation.enter(portCall.emit)) return;
    const { journal } = incarnation.kernel;
    incarnation.fold(portCall.event, drawKey("event", event.event) ^ (event.checkpoint ?? 0));
    if (journal.recording) {
      const { event: what, detail, ...rest } = event;
      journal.note(() => ({ atUs: incarnation.kernel.nowUs, owner: this.role, what, detail: { ...rest, ...detail } }));
    }
    this.#watcher.emitted(event);
  }

  work(costUs: number): void {
    if (this.#incarnation.alive) this.#incarnation.work(costUs);
  }

  exit(code: number): void {
    if (this.#incarnation.enter(portCall.exit)) this.#watcher.exited(code);
  }
}

/** What the site is told of a process. */
export interface HostWatcher {
  emitted(event: HostEvent): void;
  exited(code: number): void;
}

/** Steps of subtasks are timers, so that they are as many as messages: each makes one closure for its event and one for its turn. */
class ProcessTimer implements Timer {
  readonly #incarnation: Incarnation;
  readonly #fire: () => void;
  readonly #ticket: Ticket;
  #cancelled = false;
  /** A busy or paused process fires it later, and may have cancelled it by then. */
  readonly #turn = (): void => {
    if (!this.#cancelled) this.#fire();
  };

  constructor(incarnation: Incarnation, atUs: number, fire: () => void) {
    this.#incarnation = incarnation;
    this.#fire = fire;
    this.#ticket = incarnation.kernel.at(atUs, incarnation.owner, () => incarnation.timerTurn(this.#turn));
  }

  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#incarnation.kernel.cancel(this.#ticket);
  }
}

const deadTimer: Timer = { cancel: () => {} };

/** The incarnation's own stream, made when it is first asked. */
class ProcessRandom implements RandomSource {
  readonly #incarnation: Incarnation;
  #stream: RandomStream | undefined;

  constructor(incarnation: Incarnation) {
    this.#incarnation = incarnation;
  }

  uint32(): number {
    return this.#folded(this.#own().uint32());
  }

  below(n: number): number {
    return this.#folded(this.#own().below(n));
  }

  #own(): RandomStream {
    const { kernel, role, number } = this.#incarnation;
    return (this.#stream ??= new RandomStream(kernel.seed, `random/${role}/${number}`));
  }

  #folded(value: number): number {
    this.#incarnation.fold(portCall.random, value);
    return value;
  }
}

function fenceOf(host: SimHost, machine: Machine): FenceProvider {
  return {
    now: () => machine.clock.wallMs(),
    monotonicUs: () => machine.clock.monotonicUs(),
    uint32: () => host.random.uint32(),
    timer: (delayMs, fire) => {
      const timer = host.timer(Math.max(0, Math.floor(delayMs)), fire);
      return () => timer.cancel();
    },
  };
}
