import type { Observation } from "../../sim/observation.ts";
import type { Oracle, OracleFold, Violation } from "../oracle.ts";

/**
 * SI-2: A dead incarnation has no further effect.
 *
 * Reads: lives of processes, frames that were handed to one, disk operations of services.
 *
 * Left out — disk operations at the instant of the death: calls in flight are then settled as done or not done. Bytes
 * that the dead process had handed to its kernel: they are still delivered, as in life, to others.
 */
export const deadIsDead: Oracle = {
  id: "SI-2",
  sentence: "A dead incarnation has no further effect.",
  expectation: "always",
  wants: {
    frames: ["worker.heartbeat", "task.deploy", "checkpoint.trigger", "checkpoint.acknowledge", "checkpoint.complete"],
    disks: ["coord", "broker", "dfs"],
    processes: true,
  },
  begin: () => new Lives(),
};

interface Life {
  readonly incarnation: number;
  endedAtUs: number | undefined;
}

class Lives implements OracleFold {
  checked = 0;
  readonly #lives = new Map<string, Life>();

  on(observation: Observation): Violation | undefined {
    switch (observation.kind) {
      case "process":
        return this.#process(observation);
      case "frame":
        return this.#frame(observation);
      case "disk":
        return this.#disk(observation);
      case "machine":
        return undefined;
    }
  }

  end(): readonly Violation[] {
    return [];
  }

  #process({ role, incarnation, what, atUs }: Extract<Observation, { kind: "process" }>): Violation | undefined {
    const life = this.#lives.get(role);
    if (what === "started") {
      this.#lives.set(role, { incarnation, endedAtUs: undefined });
      if (life === undefined) return undefined;
      this.checked++;
      return incarnation > life.incarnation
        ? undefined
        : broken(role, `life ${incarnation} began after life ${life.incarnation}`);
    }
    if (what !== "paused" && what !== "resumed" && life !== undefined) life.endedAtUs = atUs;
    return undefined;
  }

  #frame({ to, toIncarnation, frame }: Extract<Observation, { kind: "frame" }>): Violation | undefined {
    const life = this.#lives.get(to);
    if (life === undefined) return undefined;
    this.checked++;
    if (toIncarnation === life.incarnation && life.endedAtUs === undefined) return undefined;
    const now = life.endedAtUs === undefined ? `life ${life.incarnation} runs` : `life ${life.incarnation} has ended`;
    return broken(to, `${frame.method} was handed to life ${toIncarnation} while ${now}`);
  }

  #disk({ role, operation, path, atUs }: Extract<Observation, { kind: "disk" }>): Violation | undefined {
    const life = this.#lives.get(role);
    if (life === undefined) return undefined;
    this.checked++;
    if (life.endedAtUs === undefined || life.endedAtUs === atUs) return undefined;
    return broken(role, `${operation} of ${path} took effect after life ${life.incarnation} had ended`);
  }
}

function broken(where: string, message: string): Violation {
  return { claim: "SI-2", where, message };
}
