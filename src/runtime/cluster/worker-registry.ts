import type { Host, Timer } from "../../host/host.ts";

/**
 * The workers that a leader knows: who is registered, when it was last heard of, how many slots it offers. It owns the
 * heartbeat time-out and the choice of slots; what runs in a slot is the scheduler's.
 *
 * A registration is lost once, for ever: a worker that comes back registers anew under another id.
 */
export class WorkerRegistry {
  readonly #host: Host;
  readonly #heartbeatTimeoutMs: number;
  readonly #changed: () => void;
  readonly #lost: (worker: RegisteredWorker, why: string) => void;
  readonly #workers = new Map<string, Registration>();

  constructor(host: Host, options: RegistryOptions) {
    this.#host = host;
    this.#heartbeatTimeoutMs = options.heartbeatTimeoutMs;
    this.#changed = options.changed;
    this.#lost = options.lost;
  }

  /** A worker of the same role that was registered before has ended, or has let go of all it did. */
  register(worker: RegisteredWorker): void {
    if (this.#workers.has(worker.id)) return;
    for (const { worker: older } of [...this.#workers.values()]) {
      if (older.role === worker.role) this.lose(older.id, "it registered anew");
    }
    const registration: Registration = { worker, heardMs: this.#host.clock.monotonic(), timer: undefined };
    this.#workers.set(worker.id, registration);
    this.#watch(registration);
    this.#changed();
  }

  get(id: string): RegisteredWorker | undefined {
    return this.#workers.get(id)?.worker;
  }

  all(): RegisteredWorker[] {
    return [...this.#workers.values()].map(registration => registration.worker);
  }

  heard(id: string): void {
    const registration = this.#workers.get(id);
    if (registration !== undefined) registration.heardMs = this.#host.clock.monotonic();
  }

  lose(id: string, why: string): void {
    const registration = this.#workers.get(id);
    if (registration === undefined) return;
    this.#workers.delete(id);
    registration.timer?.cancel();
    this.#lost(registration.worker, why);
  }

  /** That many slots spread over all workers, or undefined when there are too few. The order does not depend on who registered first. */
  slots(count: number): readonly RegisteredWorker[] | undefined {
    const workers = this.all().sort((a, b) => (a.role < b.role ? -1 : 1));
    const rounds = Math.max(0, ...workers.map(worker => worker.slots));
    const slots: RegisteredWorker[] = [];
    for (let round = 0; round < rounds; round++) slots.push(...workers.filter(worker => worker.slots > round));
    return slots.length < count ? undefined : slots.slice(0, count);
  }

  close(): void {
    for (const { timer } of this.#workers.values()) timer?.cancel();
    this.#workers.clear();
  }

  /** One timer a worker, set for the earliest instant at which it can be overdue, and set again when it was heard since. */
  #watch(registration: Registration): void {
    const dueMs = registration.heardMs + this.#heartbeatTimeoutMs - this.#host.clock.monotonic();
    if (dueMs <= 0) return this.lose(registration.worker.id, `no heartbeat for ${this.#heartbeatTimeoutMs} ms`);
    registration.timer = this.#host.timer(dueMs, () => this.#watch(registration));
  }
}

export interface RegistryOptions {
  readonly heartbeatTimeoutMs: number;
  /** There is a new worker. */
  readonly changed: () => void;
  readonly lost: (worker: RegisteredWorker, why: string) => void;
}

export interface RegisteredWorker {
  /** Fresh for each registration. */
  readonly id: string;
  readonly role: string;
  readonly address: string;
  readonly dataAddress: string;
  readonly slots: number;
}

interface Registration {
  readonly worker: RegisteredWorker;
  heardMs: number;
  timer: Timer | undefined;
}
