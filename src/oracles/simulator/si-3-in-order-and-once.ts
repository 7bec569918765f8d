import { decodeBarrier } from "../../runtime/wire/buffer.ts";
import type { FrameObservation, Observation } from "../../sim/observation.ts";
import type { Oracle, OracleFold, Violation } from "../oracle.ts";

/**
 * SI-3: Per-connection FIFO, no loss or duplication while it lives.
 *
 * Reads: requests that processes were handed, whose callers number them in the order in which they send, and barriers,
 * whose numbers grow on each channel.
 *
 * Left out — loss: what was sent, the receiving device does not know; a byte that is missing breaks the framing, and
 * laws of the network have the rest (sim/net).
 */
export const inOrderAndOnce: Oracle = {
  id: "SI-3",
  sentence: "What one connection carries is handed over in the order in which it was sent, and once.",
  expectation: "always",
  wants: {
    frames: [
      "worker.heartbeat",
      "task.deploy",
      "checkpoint.trigger",
      "broker.fetch",
      "broker.produce",
      "broker.commit",
      "data.barrier",
    ],
  },
  begin: () => new Order(),
};

class Order implements OracleFold {
  checked = 0;
  /** By connection, receiver and, for barriers, channel: the last number. */
  readonly #last = new Map<string, number>();

  on(observation: Observation): Violation | undefined {
    if (observation.kind !== "frame") return undefined;
    const numbered = numberOf(observation);
    if (numbered === undefined) return undefined;
    this.checked++;
    const { way, number } = numbered;
    const before = this.#last.get(way) ?? 0;
    this.#last.set(way, number);
    if (number > before) return undefined;
    const { frame, from, to } = observation;
    const what = number === before ? "twice" : `after number ${before}`;
    return {
      claim: "SI-3",
      where: to,
      message: `${frame.method} number ${number} of ${from} was handed to ${to} ${what}`,
    };
  }

  end(): readonly Violation[] {
    return [];
  }
}

/** One-way requests have no number. */
function numberOf({ frame, to, connection }: FrameObservation): { way: string; number: number } | undefined {
  if (frame.type === "request" && frame.call > 0) return { way: `${connection} ${to}`, number: frame.call };
  if (frame.method !== "data.barrier") return undefined;
  const { checkpoint } = decodeBarrier(frame.body() as Uint8Array);
  return { way: `${connection} ${to} ${frame.call}`, number: checkpoint };
}
