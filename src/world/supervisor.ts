import type { Main } from "../host/host.ts";
import type { Site } from "../sim/site.ts";

/**
 * Starts roles and starts them again: what init systems and orchestrators do for real processes. It owns the programs
 * of the roles and who must stay dead; who dies, and when, is in the plan.
 *
 * A process that crashes or exits by itself is started again after a fixed delay. One that a fault killed is started
 * when the fault ends.
 */
export class Supervisor {
  readonly #site: Site;
  readonly #mains = new Map<string, Main>();
  readonly #abandoned = new Set<string>();

  constructor(site: Site) {
    this.#site = site;
    const { kernel } = site;
    site.onProcess(({ role, what }) => {
      if (what !== "crashed" && what !== "exited") return;
      kernel.at(kernel.nowUs + RESTART_DELAY_US, kernel.owner(`supervisor/${role}`), () => this.restart(role));
    });
  }

  start(role: string, main: Main): void {
    this.#mains.set(role, main);
    this.#site.start(role, main);
  }

  /** A new life, if the role was started once, is dead, its machine has power and nobody gave it up. */
  restart(role: string): void {
    const main = this.#mains.get(role);
    if (main === undefined || this.#abandoned.has(role)) return;
    const { incarnation, machine } = this.#site.role(role);
    if (incarnation !== undefined || !machine.stack.powered) return;
    this.#site.start(role, main);
  }

  powerUp(machine: string): void {
    const roles = this.#site.rolesOn(machine);
    if (roles.every(role => this.#abandoned.has(role))) return;
    this.#site.powerOn(machine);
    for (const role of roles) this.restart(role);
  }

  /** Those that stay dead. */
  get abandoned(): ReadonlySet<string> {
    return this.#abandoned;
  }

  /** The role stays dead for good. False: it was to stay dead already. */
  abandon(role: string): boolean {
    const known = this.#abandoned.has(role);
    this.#abandoned.add(role);
    return !known;
  }
}

/** As systemd's default for `Restart=on-failure`. */
const RESTART_DELAY_US = 100_000;
