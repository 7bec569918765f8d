import type { Host } from "../host.ts";

/** One thing that a program may rely on from any network. */
export interface NetCase {
  readonly name: string;
  run(driver: NetDriver): Promise<void>;
}

/** A fresh network; processes of one case find each other as `<role>:<port name>`. */
export interface NetDriver {
  /** Starts a process. Its port is used in its own turns only: in `main` and in what that has asked for. */
  start(role: string, main: (host: Host) => unknown): void;
  /** Resolves once the condition holds; rejects when nothing can make it hold any more. */
  settle(until: () => boolean): Promise<void>;
}
